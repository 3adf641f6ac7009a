import type { z } from 'zod'
import type { Hint } from '../../../shared/domain/events.ts'
import { issueTexts } from '../../../shared/domain/issue-text.ts'
import { InvalidInputError } from '../../../shared/errors.ts'
import type { SecretProof } from '../secret-proof.ts'

/** Names in lower case. */
export type Headers = Readonly<Record<string, string | undefined>>

/** What an event says, before the registry's own name is added: the registry is known from the secret, never from the payload. */
export type ProviderHint = { readonly type: 'ImagePushed' | 'ImageDeleted' } & Omit<Hint, 'registry' | 'delivery'>

/** What a payload says. One part of it that is not understood costs nothing but itself. */
export interface ParsedPayload {
  /** Every relevant resource; empty when nothing in it concerns images. */
  readonly hints: readonly ProviderHint[]
  /** Events, or resources of one event. */
  readonly parts: number
  /** For each part that was not understood, why. */
  readonly notUnderstood: readonly string[]
  /** The sender tries whether somebody listens. */
  readonly isTest: boolean
  /** Of a sender that tells several registries' events to each receiver: which one this is of. It only leaves receivers out. */
  readonly host?: string
}

/** What a payload needs to be understood, beside itself. */
export interface Delivery {
  readonly headers: Headers
  readonly receivedAt: Date
  /** Below which path images of a store of Nexus or Artifactory are pulled, where the settings say so; '' for none. */
  readonly pathOf: (store: string) => string | undefined
}

/** One sender of webhooks. */
export interface WebhookProvider {
  /** How it proves that it knows the secret; `token`: it signs with keys of its own, see `find-token-senders.ts`. */
  readonly proof: SecretProof | 'token'
  /** Default: 256 KiB. */
  readonly maxBodyBytes?: number
  /** What it does after a refusal harms more than a lost event: what is not understood is answered as taken, and logged. */
  readonly takesMisfits?: true
  /** @throws InvalidInputError for what is none of the sender's payloads */
  readonly parsePayload: (payload: unknown, delivery: Delivery) => ParsedPayload
}

/** Nothing that concerns images. */
export const irrelevant: ParsedPayload = { hints: [], parts: 0, notUnderstood: [], isTest: false }
/** The sender tries the address. */
export const onlyTest: ParsedPayload = { ...irrelevant, isTest: true }

/** Reads one part; `root` is where in the payload it stands. */
export function parsePart<T>(
  schema: z.ZodType<T>,
  part: unknown,
  root: string,
): { readonly part: T } | { readonly problem: string } {
  const parsed = schema.safeParse(part)
  if (parsed.success) return { part: parsed.data }
  return { problem: firstIssue(parsed.error, part, root) }
}

/** Reads what every payload of a sender has. @throws InvalidInputError */
export function parseWhole<T>(sender: string, schema: z.ZodType<T>, payload: unknown): T {
  const parsed = schema.safeParse(payload)
  if (parsed.success) return parsed.data
  throw new InvalidInputError(`${sender} payload: ${firstIssue(parsed.error, payload)}`)
}

/** Without a value of the payload: a stranger may have written it, and it is logged. */
export const firstIssue = (error: z.ZodError, input: unknown, root?: string): string =>
  issueTexts(error, input, root ?? 'the whole', { hidesValues: true, ...(root !== undefined && { root }) })[0] ??
  'expected a valid payload'
