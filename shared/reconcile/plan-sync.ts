import type { SyncRequest } from '../domain/events.ts'
import type { SyncOutcome, SyncRecord, TagRecord } from '../domain/records.ts'
import type { SyncCredential } from '../domain/sync-credential.ts'
import type { ObjectMeta } from '../ports/cluster.ts'
import type { Draft } from '../ports/store.ts'
import { manualSyncAnnotation } from './annotations.ts'

/** How a credential fares that has tried. */
export type EndedSync = Draft<SyncRecord> & { readonly lastOutcome: SyncOutcome }

/** What of a Repository object decides when it is synced. Durations in milliseconds. */
export interface SyncSpec {
  readonly tag?: string
  readonly syncIntervalMs: number
  readonly retryCount: number
  readonly retryIntervalMs: number
  readonly suspend: boolean
}

export interface SyncFacts {
  readonly metadata: ObjectMeta
  readonly spec: SyncSpec
  /** True when the object's status shows an attempt already. */
  readonly attempted: boolean
  readonly credential: SyncCredential
  /** How that credential fares; see `SyncRecord`. */
  readonly sync: EndedSync | undefined
  readonly tag: TagRecord | undefined
}

/** When the next sync is due, and as what. `attempt` is equal for equal reasons, so that asking twice is one sync. */
export interface DueSync {
  readonly at: Date
  readonly trigger: SyncRequest['trigger']
  readonly attempt: string
}

/** The value of the annotation that asks for a sync now; undefined when it is absent or empty. */
export const manualSyncOf = (metadata: ObjectMeta): string | undefined =>
  metadata.annotations[manualSyncAnnotation] || undefined

/** Undefined while the object is suspended and no sync was asked for by its annotation. */
export function nextSyncOf(facts: SyncFacts, now: Date): DueSync | undefined {
  const { metadata, spec, credential, sync } = facts
  const { uid, generation, resourceVersion } = metadata
  if (manualSyncOf(metadata) !== undefined)
    return { at: now, trigger: 'Manual', attempt: `manual:${uid}:${resourceVersion}:${credential}` }
  if (spec.suspend) return undefined
  // An object that was synced before has another credential now.
  if (!sync && facts.attempted)
    return { at: now, trigger: 'SpecChange', attempt: `spec:${uid}:${generation}:${credential}` }
  if (!sync || isBefore(facts, sync))
    return { at: now, trigger: 'Initial', attempt: initialAttempt(metadata, credential) }
  return sync.lastOutcome.succeeded
    ? nextScheduled(spec, credential, sync.lastOutcome.finishedAt)
    : nextAfterFailure(spec, sync)
}

const initialAttempt = ({ uid }: ObjectMeta, credential: SyncCredential): string => `initial:${uid}:${credential}`

/**
 * The attempt ended after the object was made. Times of creation are in whole seconds, so that one of the second before
 * may pass for one since: it was made with the same credential.
 */
export function isSince(metadata: ObjectMeta, sync: EndedSync): boolean {
  // Whatever the clocks say.
  if (sync.lastOutcome.attempt === initialAttempt(metadata, sync.credential)) return true
  return sync.lastOutcome.finishedAt.getTime() >= createdMs(metadata)
}

/** The credential has read the repository since the object was made. */
export function hasReadSince(metadata: ObjectMeta, { lastSucceededAt, lastOutcome, ...sync }: EndedSync): boolean {
  if (lastOutcome.succeeded) return isSince(metadata, { ...sync, lastOutcome })
  return lastSucceededAt !== undefined && lastSucceededAt.getTime() >= createdMs(metadata)
}

const createdMs = ({ creationTimestamp }: ObjectMeta): number =>
  creationTimestamp === undefined ? Number.NEGATIVE_INFINITY : Date.parse(creationTimestamp)

/** What the object asks about may have come after the attempt began. */
function isBefore({ metadata, spec, attempted, tag }: SyncFacts, sync: EndedSync): boolean {
  if (!isSince(metadata, sync)) return true
  if (sync.lastOutcome.attempt === initialAttempt(metadata, sync.credential)) return false
  const isNews = !attempted && (spec.tag === undefined || tag === undefined)
  return isNews && createdMs(metadata) >= sync.lastOutcome.startedAt.getTime() - 1000
}

function nextScheduled(spec: SyncSpec, credential: SyncCredential, finishedAt: Date): DueSync {
  const at = new Date(finishedAt.getTime() + spec.syncIntervalMs)
  return { at, trigger: 'Scheduled', attempt: `scheduled:${credential}:${at.toISOString()}` }
}

/** `retryCount` tries after the first, `retryInterval` apart or as the registry asked; then as if all were well. */
function nextAfterFailure(spec: SyncSpec, sync: EndedSync): DueSync {
  const { credential, failureCount } = sync
  const { finishedAt, retryAfterMs = 0 } = sync.lastOutcome
  if (areRetriesOver(spec, sync)) return nextScheduled(spec, credential, finishedAt)
  const at = new Date(finishedAt.getTime() + Math.max(spec.retryIntervalMs, retryAfterMs))
  return { at, trigger: 'Retry', attempt: `retry:${credential}:${failureCount}:${finishedAt.toISOString()}` }
}

/**
 * An object has had its retries when there were so many, and the time that its own would have taken is over: another of
 * the same credential that retries every second must not use up those of one that would wait a minute.
 */
export function areRetriesOver(
  { retryCount, retryIntervalMs }: Pick<SyncSpec, 'retryCount' | 'retryIntervalMs'>,
  { failureCount, failingSince, lastOutcome }: EndedSync,
): boolean {
  if (failureCount <= retryCount) return false
  const nextMs = lastOutcome.finishedAt.getTime() + retryIntervalMs
  return failingSince === undefined || nextMs > failingSince.getTime() + retryCount * retryIntervalMs
}
