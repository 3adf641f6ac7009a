import type { Digest } from './digest.ts'

/** Who did something, as far as a registry's event says; sanitised and short, see {@link eventActor}. */
export interface EventActor {
  readonly name?: string
  /** Of the client: `10.0.0.1:51234`. */
  readonly address?: string
  /** The program, as it calls itself. */
  readonly agent?: string
}

/** What an event said was deleted, and by whom; without digests and tags the whole repository. */
export interface ToldDeletion {
  readonly by: EventActor
  readonly digests?: readonly Digest[]
  readonly tags?: readonly string[]
}

const maxLength = 200

/**
 * From what an event says. Texts of strangers for people to read: on one line, without control characters and what turns
 * the direction of writing, at most 200 characters each; what is no text, or empty, is absent.
 */
export const eventActor = (texts: Readonly<Partial<Record<keyof EventActor, unknown>>>): EventActor => {
  const { name, address, agent } = { name: clean(texts.name), address: clean(texts.address), agent: clean(texts.agent) }
  return { ...(name && { name }), ...(address && { address }), ...(agent && { agent }) }
}

const clean = (value: unknown): string | undefined =>
  typeof value === 'string'
    ? [...value.replace(/[\p{C}\p{Zl}\p{Zp}\s]+/gu, ' ').trim()].slice(0, maxLength).join('')
    : undefined

/** How such a text begins. */
const said = "the registry's event"

/** True where a reason names who did it, as an event said. */
export const hasEventText = (reason: string): boolean => reason.includes(said)

/** `the registry's event says by alice from 10.0.0.1:51234 (skopeo/1.18)`. */
export function eventText({ name, address, agent }: EventActor): string {
  const parts = [
    ...(name === undefined ? [] : [`by ${name}`]),
    ...(address === undefined ? [] : [`from ${address}`]),
    ...(agent === undefined ? [] : [`(${agent})`]),
  ]
  return parts.length === 0 ? `${said} told of it` : `${said} says ${parts.join(' ')}`
}

/** Who deleted this, where an event said so. */
export const toldOf = (
  told: readonly ToldDeletion[],
  { digest, tag }: { readonly digest: Digest; readonly tag?: string },
): EventActor | undefined =>
  told.find(({ digests, tags }) => {
    if (digests === undefined && tags === undefined) return true
    return digests?.includes(digest) === true || (tag !== undefined && tags?.includes(tag) === true)
  })?.by
