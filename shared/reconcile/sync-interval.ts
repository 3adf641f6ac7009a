import { dayMs, hourMs } from '../domain/duration.ts'
import { hashNumber, hashNumbers } from '../domain/hash-number.ts'

/** A registry that lists names alone is asked once for each tag: so many of them are asked for in an hour at most. */
const tagsInAnHour = 1_000

/** The share of the interval by which syncs of one moment are spread, so that they do not meet again. */
const spread = 0.1

/** Where the registry's events tell what changes, a full sync is there for those that are lost. */
const leastHoursIfTold = 6

/** What of a repository decides how often it is read whole. */
export interface IntervalFacts {
  /** As of its last full sync. */
  readonly tagCount: number
  /** The registry's events are known to tell what changes in it; see `event-arrival.ts`. */
  readonly isTold: boolean
}

/**
 * The time until the next full sync of a repository whose objects name none: an hour for each thousand tags, six at least
 * where events tell what changes, a day at most, and a little more. Equal for equal facts.
 * @param finishedAt the end of the sync before
 */
export function automaticIntervalMs(repository: string, { tagCount, isTold }: IntervalFacts, finishedAt: Date): number {
  const hours = Math.max(isTold ? leastHoursIfTold : 1, Math.ceil(tagCount / tagsInAnHour))
  const intervalMs = Math.min(hours * hourMs, dayMs / (1 + spread))
  const dice = hashNumber(`${repository} ${finishedAt.toISOString()}`) / hashNumbers
  return Math.floor(intervalMs * (1 + spread * dice))
}
