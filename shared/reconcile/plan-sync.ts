import type { SyncRequest } from '../domain/events.ts'
import { hasEnded, type SyncOutcome, type SyncRecord } from '../domain/records/syncs.ts'
import type { SyncCredential } from '../domain/sync-credential.ts'
import type { Draft } from '../ports/store.ts'
import type { ObjectAsk } from './object-ask.ts'
import { automaticIntervalMs } from './sync-interval.ts'

/** How a credential fares that has tried. */
export type EndedSync = Draft<SyncRecord> & { readonly lastOutcome: SyncOutcome }

/** What of a Repository object decides when it is synced. Durations in milliseconds. */
export interface SyncSpec {
  /** Absent where it is chosen by the repository: its size, and whether events tell of it. */
  readonly syncIntervalMs?: number
  readonly retryCount: number
  readonly retryIntervalMs: number
  readonly suspend: boolean
}

/** Failures in a row, and since when. */
export interface Failures {
  readonly count: number
  readonly since?: Date | undefined
}

export interface SyncFacts {
  readonly spec: SyncSpec
  readonly ask: ObjectAsk
  readonly credential: SyncCredential
  /** How that credential fares; see `SyncRecord`. */
  readonly sync: Draft<SyncRecord> | undefined
  /** Of the credential, or of the object alone, whose tag is missing from what could be read. */
  readonly failures: Failures
  /** When what the object tracks was last seen to change, by whoever read it. */
  readonly changedAt: Date | undefined
  /** Of the repository, as of its last full sync. */
  readonly tagCount: number
  /** The registry's events are known to tell what changes in it. */
  readonly isTold: boolean
}

/** When the next sync is due, and as what. */
export interface DueSync {
  readonly at: Date
  readonly trigger: SyncRequest['trigger']
  /** Equal for equal reasons, so that asking twice is one sync. Absent: it is named by what is asked. */
  readonly attempt?: string
}

/** Undefined while the object is suspended and no sync was asked for by its annotation. */
export function nextSyncOf(facts: SyncFacts, now: Date): DueSync | undefined {
  const { spec, ask, sync, failures } = facts
  if (spec.suspend && (ask.isAnswered || !ask.countsWhileSuspended)) return undefined
  const { deferred, progress } = sync ?? {}
  const byHand = !ask.isAnswered && ask.trigger === 'Manual' ? ask.trigger : undefined
  if (deferred) {
    // Put off several times it keeps its first name.
    const [name] = deferred.attempt.split('~')
    const trigger = byHand ?? deferred.trigger
    return { at: deferred.until, trigger, attempt: `${name}~${deferred.until.toISOString()}` }
  }
  if (progress && !progress.failedAt)
    return { at: now, trigger: progress.trigger, attempt: `${progress.attempt}+${progress.slices}` }
  if (!sync || !hasEnded(sync) || isWaiting(ask)) return { at: now, trigger: ask.trigger }
  if (failures.count > 0) return nextAfterFailure(facts, sync, now)
  return sync.lastOutcome.succeeded ? nextScheduled(facts, sync) : { at: now, trigger: 'Retry' }
}

/** Nothing that was read before counts. */
export const isWaiting = ({ isAnswered, isOfBefore }: ObjectAsk): boolean => !isAnswered && !isOfBefore

function nextScheduled({ spec, credential, ...facts }: SyncFacts, { repository, lastOutcome }: EndedSync): DueSync {
  const { finishedAt } = lastOutcome
  const intervalMs = spec.syncIntervalMs ?? automaticIntervalMs(repository, facts, finishedAt)
  const at = new Date(finishedAt.getTime() + intervalMs)
  return { at, trigger: 'Scheduled', attempt: `scheduled:${credential}:${at.toISOString()}` }
}

/** `retryCount` tries after the first, `retryInterval` apart or as the registry asked; then as if all were well. */
function nextAfterFailure(facts: SyncFacts, sync: EndedSync, now: Date): DueSync {
  const { spec, credential, failures, changedAt } = facts
  const { finishedAt, retryAfterMs = 0, succeeded } = sync.lastOutcome
  // Others read what this one failed to: there may be something to read by now.
  const changed = !succeeded && changedAt !== undefined && changedAt > finishedAt
  const attempt = `changed:${credential}:${changedAt?.toISOString()}`
  if (changed && sync.lastOutcome.attempt !== attempt) return { at: now, trigger: 'Retry', attempt }
  if (areRetriesOver(spec, failures, finishedAt)) return nextScheduled(facts, sync)
  const at = new Date(finishedAt.getTime() + Math.max(spec.retryIntervalMs, retryAfterMs))
  return { at, trigger: 'Retry', attempt: `retry:${credential}:${finishedAt.toISOString()}` }
}

/**
 * An object has had its retries when there were so many, and the time that its own would have taken is over: another of
 * the same credential that retries every second must not use up those of one that would wait a minute.
 */
export function areRetriesOver(
  { retryCount, retryIntervalMs }: Pick<SyncSpec, 'retryCount' | 'retryIntervalMs'>,
  { count, since }: Failures,
  finishedAt: Date,
): boolean {
  if (count <= retryCount) return false
  const nextMs = finishedAt.getTime() + retryIntervalMs
  return since === undefined || nextMs > since.getTime() + retryCount * retryIntervalMs
}
