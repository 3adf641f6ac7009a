import { secondsOf } from '../domain/instant.ts'
import { knownValue } from '../domain/known-value.ts'
import { type SyncOutcome, syncTriggers } from '../domain/records/syncs.ts'
import { findCondition } from '../objects/conditions.ts'
import type { CustomObject } from '../ports/cluster.ts'
import type { EndedSync, Failures } from './plan-sync.ts'

/** What fails an object although its credential reads the repository. */
export interface TagFailure {
  readonly reason: string
  readonly message: string
  /** Another try finds the same: it is not retried. */
  readonly isLasting?: true
}

const none: Failures = { count: 0 }

/**
 * Failures in a row, as an object counts them: those of its credential, or where that reads, those in which the tag of
 * the object alone could not be had, which others know nothing of.
 */
export function failuresOf(
  object: CustomObject,
  sync: EndedSync | undefined,
  tagFailure: TagFailure | undefined,
): Failures {
  if (!sync) return none
  const { lastOutcome } = sync
  if (!lastOutcome.succeeded) return ownFailures(object, sync)
  if (!tagFailure || tagFailure.isLasting) return none
  const shown = findCondition(object.status, 'Synced')
  const wasSo = shown?.reason === tagFailure.reason
  const before = wasSo ? Number(object.status.failureCount ?? 0) : 0
  const count = Math.max(1, before + (isTold(object, lastOutcome) ? 0 : 1))
  return { count, since: wasSo ? new Date(shown.lastTransitionTime) : lastOutcome.finishedAt }
}

/** How many attempts an object remembers. */
export const historyLimit = 10

/**
 * Of those before it was made it knows nothing, and its retries are its own: where all attempts that it remembers failed,
 * no more than those, and the one that is yet to be told.
 */
function ownFailures(object: CustomObject, sync: EndedSync): Failures {
  const history = (object.status.history as Record<string, unknown>[] | undefined) ?? []
  const told = history.length + (isTold(object, sync.lastOutcome) ? 0 : 1)
  const isAll = history.length < historyLimit && history.every(({ result }) => result === 'Failed')
  if (!isAll || told >= sync.failureCount) return { count: sync.failureCount, since: sync.failingSince }
  const first = history.at(-1)?.completionTime
  return { count: told, since: typeof first === 'string' ? new Date(first) : sync.lastOutcome.finishedAt }
}

/** The attempt stands in the history of the object. */
export function isTold({ status }: CustomObject, outcome: SyncOutcome): boolean {
  const [last] = (status.history as Record<string, unknown>[] | undefined) ?? []
  const isSame =
    last?.startTime === secondsOf(outcome.startedAt) && last.completionTime === secondsOf(outcome.finishedAt)
  return isSame && last.trigger === shownTrigger(outcome)
}

/** A word of a version to come is told as one of these. */
export const shownTrigger = ({ trigger }: SyncOutcome): SyncOutcome['trigger'] =>
  knownValue(syncTriggers, trigger) ?? 'Scheduled'
