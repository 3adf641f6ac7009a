import { dayMs } from '../domain/duration.ts'
import { hashNumber, hashNumbers } from '../domain/hash-number.ts'

const hourMs = 3_600_000

/** A registry that lists names alone is asked once for each tag: so many of them are asked for in an hour at most. */
const tagsInAnHour = 1_000

/** The share of the interval by which syncs of one moment are spread, so that they do not meet again. */
const spread = 0.1

/**
 * The time until the next full sync of a repository whose objects name none: an hour for each thousand tags, a day at
 * most, and a little more. Equal for equal facts.
 * @param finishedAt the end of the sync before
 */
export function automaticIntervalMs(repository: string, tagCount: number, finishedAt: Date): number {
  const hours = Math.max(1, Math.ceil(tagCount / tagsInAnHour))
  const intervalMs = Math.min(hours * hourMs, dayMs / (1 + spread))
  const dice = hashNumber(`${repository} ${finishedAt.toISOString()}`) / hashNumbers
  return Math.floor(intervalMs * (1 + spread * dice))
}
