import { secondsOf } from '../domain/instant.ts'
import { knownWord } from '../domain/known-word.ts'
import { type SyncOutcome, syncTriggers } from '../domain/records/syncs.ts'
import type { Condition, CustomObject } from '../ports/cluster.ts'
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
  const { lastOutcome, failureCount, failingSince } = sync
  if (!lastOutcome.succeeded) return { count: failureCount, since: failingSince }
  if (!tagFailure || tagFailure.isLasting) return none
  const conditions = (object.status.conditions as Condition[] | undefined) ?? []
  const shown = conditions.find(condition => condition.type === 'Synced')
  const wasSo = shown?.reason === tagFailure.reason
  const before = wasSo ? Number(object.status.failureCount ?? 0) : 0
  const count = Math.max(1, before + (isTold(object, lastOutcome) ? 0 : 1))
  return { count, since: wasSo ? new Date(shown.lastTransitionTime) : lastOutcome.finishedAt }
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
  knownWord(syncTriggers, trigger) ?? 'Scheduled'
