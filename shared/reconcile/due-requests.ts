import { createHash } from 'node:crypto'
import { type Ask, mostAsks } from '../domain/ask.ts'
import type { SyncRequest } from '../domain/events.ts'
import type { Tenant } from '../domain/grants/rights.ts'
import type { SyncRecord } from '../domain/records/syncs.ts'
import type { SyncCredential } from '../domain/sync-credential.ts'
import type { Draft } from '../ports/store.ts'
import type { ObjectAsk } from './object-ask.ts'
import { type DueSync, isWaiting } from './plan-sync.ts'
import { boundedTimeoutMs } from './sync-timeout.ts'
import { idOf, type Tracked } from './tracked-object.ts'

/** The repositories that objects track, each with the credentials that they have. */
export function credentialsByRepository(tracked: readonly Tracked[]): Map<string, Set<SyncCredential>> {
  const found = new Map<string, Set<SyncCredential>>()
  for (const one of tracked) {
    const id = idOf(one)
    if (id === undefined || one.registry.problem) continue
    found.set(id, (found.get(id) ?? new Set()).add(one.registry.credential))
  }
  return found
}

export function tagsByRepository(tracked: readonly Tracked[]): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>()
  for (const one of tracked) {
    const [id, tag] = [idOf(one), one.spec.tag]
    if (id !== undefined && tag !== undefined) found.set(id, (found.get(id) ?? new Set()).add(tag))
  }
  return found
}

/** An object, what it asks, and when it is next synced. */
export interface Asking {
  readonly one: Tracked
  readonly ask: ObjectAsk | undefined
  readonly next: DueSync | undefined
  /** How its credential fares there. */
  readonly sync: Draft<SyncRecord> | undefined
}

/**
 * The syncs that are due. Objects of one repository and credential share one, as soon as any of them is due, and it has
 * the longest time that any of them gives it: nobody can shorten what another waits for. It answers whatever any of them
 * asks.
 */
export function dueRequests(all: readonly Asking[], now: Date): SyncRequest[] {
  const asking = all.flatMap(({ one: { registry, spec, tenant }, ask, next, sync }) => {
    const isDue = next !== undefined && next.at <= now
    return registry.problem || !ask ? [] : [{ registry, spec, tenant, ask, next, sync, isDue }]
  })
  const sharing = Map.groupBy(asking, ({ registry: { domain, path, credential } }) => `${domain}/${path} ${credential}`)
  return [...sharing.values()].flatMap(group => {
    const [first] = group
      .flatMap(({ isDue, next, registry, sync }) => (isDue && next ? [{ next, registry, sync }] : []))
      .sort(inTurn)
    if (!first) return []
    const { domain: registry, path: repository, credential } = first.registry
    const { trigger, attempt = nameOf(group, first.sync) } = first.next
    const timeoutMs = Math.max(...group.map(({ spec }) => boundedTimeoutMs(spec.timeoutMs)))
    const request = { registry, repository, credential, timeoutMs, trigger, attempt, namespaces: namespacesOf(group) }
    return [{ ...request, ...asksOf(group, first.sync) }]
  })
}

interface Due {
  readonly next: DueSync
}

/** One that was asked for by hand goes first, since its trigger is the one that is told. */
const inTurn = (a: Due, b: Due): number => turnOf(a) - turnOf(b)
const turnOf = ({ next: { trigger, at } }: Due): number => (trigger === 'Manual' ? 0 : at.getTime())

interface Sharing {
  readonly spec: { readonly tag?: string }
  readonly tenant: Pick<Tenant, 'cluster' | 'name'>
  readonly ask: ObjectAsk
  readonly next: DueSync | undefined
  readonly isDue: boolean
}

const mostTags = 100
const mostNamespaces = 16

/** Whose share of the places it takes: those that it is due for. */
const namespacesOf = (group: readonly Sharing[]): readonly string[] => {
  const due = group.filter(({ isDue }) => isDue).map(({ tenant: { cluster, name } }) => `${cluster}/${name}`)
  return [...new Set(due)].sort().slice(0, mostNamespaces)
}

/** By what is asked: another ask is another attempt. */
function nameOf(group: readonly Sharing[], sync: Asking['sync']): string {
  const due = group.filter(({ isDue, next }) => isDue && next?.attempt === undefined).map(({ ask }) => ask.ask)
  const text = due.toSorted().slice(0, mostAsks).join(' ')
  const name = `asked:${createHash('sha256').update(text).digest('base64url').slice(0, 22)}`
  const { attempt, finishedAt } = sync?.lastOutcome ?? {}
  // A function of a version before made it, and answered nothing.
  return attempt === name ? `${name}:${finishedAt?.toISOString()}` : name
}

/**
 * What the sync is to answer: first what is waited for, then what is answered and not noted yet, since an answer is
 * forgotten with the next. The asks that are for a tag come first, each in the place of its tag.
 */
function asksOf(group: readonly Sharing[], sync: Asking['sync']): Pick<SyncRequest, 'asks' | 'tags'> {
  const { progress, deferred } = sync ?? {}
  const open = group
    .filter(({ ask }) => !ask.isNoted)
    .toSorted((a, b) => Number(isLater(a)) - Number(isLater(b)) || (a.ask.ask < b.ask.ask ? -1 : 1))
  const withTag = open.flatMap(({ ask, spec: { tag } }) =>
    tag !== undefined && isWaiting(ask) ? [{ ask: ask.ask, tag }] : [],
  )
  const first = withTag.slice(0, mostTags)
  // A read that goes on began before whatever was asked since: it answers a tag that it reads anew, and nothing else.
  const rest = progress ? progress.asks : [...open.map(({ ask }) => ask.ask), ...(deferred?.asks ?? [])]
  const asks = [...new Set<Ask>([...first.map(one => one.ask), ...rest])].slice(0, mostAsks)
  return { ...(asks.length > 0 && { asks }), ...(first.length > 0 && { tags: first.map(one => one.tag) }) }
}

const isLater = ({ isDue, ask }: Sharing): boolean => !isDue || ask.isAnswered
