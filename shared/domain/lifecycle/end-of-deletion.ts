import { type AuditEntry, entriesIn, mostBetweenMs } from '../audit.ts'
import type { ImageRecord } from '../records/images.ts'
import { entryOf, type Verb, type WhyOfRun, withMarkTime } from './transition-entry.ts'

/**
 * The entry of how a deletion ended. Its last fact is when the image was marked, since the entry of that is kept less long.
 * Where it began a moment ago the entry tells of that too.
 */
export function endOfDeletion(
  verb: Verb,
  { digest, mark, change: before }: Pick<ImageRecord, 'digest' | 'mark' | 'change'>,
  why: WhyOfRun,
  now: Date,
): AuditEntry {
  if (!mark) return entryOf(verb, digest, why, now)
  const end = entryOf(verb, digest, withMarkTime(why, mark), now)
  const withBegin = { ...end, begun: { id: before.id, at: before.at } }
  const [begin] = entriesIn(withBegin)
  const isSoon = before.at <= now && now.getTime() - before.at.getTime() <= mostBetweenMs
  return isSoon && begin && textOf(begin) === textOf(before) ? withBegin : end
}

/** The same for entries that say the same, whatever the order of their fields. */
const textOf = (entry: AuditEntry): string =>
  JSON.stringify(Object.entries(entry).toSorted(([a], [b]) => (a < b ? -1 : 1)))
