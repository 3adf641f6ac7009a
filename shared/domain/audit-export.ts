import { createHash } from 'node:crypto'
import * as z from 'zod'
import type { RecordedChange } from './audit.ts'
import type { ImageChanged } from './events.ts'
import { partsOf } from './repository-id.ts'

/** A place in the order of all entries, by time and then by id; without an id it stands before all of its moment. */
export const auditPosition = z.strictObject({ at: z.date(), id: z.string().exactOptional() })
export type AuditPosition = z.infer<typeof auditPosition>

/** What was published of the entries after one position and up to another, until it was looked at again. */
export const exportedStretch = z.strictObject({
  after: auditPosition,
  upTo: auditPosition,
  publishedAt: z.date(),
  /** Of the ids that were published; empty where the rest of the stretch is to be published in any case. */
  checksum: z.string(),
})
export type ExportedStretch = z.infer<typeof exportedStretch>

/**
 * An entry is stamped before it is written, and a function may work as long as its timeout in between: entries that
 * were stamped less than this ago may still turn up. Five minutes more than the longest timeout allow for clocks that
 * differ and for an index that lags.
 */
export const settledAfterMs = 20 * 60_000

/** Another look is taken in another run, so that an entry between two places of an index is not missed by both. */
const lookAgainAfterMs = 60_000

/** True once every entry of the stretch is there, so that a second look is the last one. */
export const isSettled = ({ upTo, publishedAt }: ExportedStretch, now: Date): boolean =>
  now.getTime() >= Math.max(upTo.at.getTime() + settledAfterMs, publishedAt.getTime() + lookAgainAfterMs)

/** Where a list of entries ends; `before` for an empty one. */
export function lastPosition(entries: readonly RecordedChange[], before: AuditPosition): AuditPosition {
  const last = entries.at(-1)
  return last ? { at: last.at, id: last.id } : before
}

/** True for an entry after the position, in the order in which the store lists them. */
export const isAfter = (entry: RecordedChange, { at, id = '' }: AuditPosition): boolean =>
  entry.at.getTime() === at.getTime() ? entry.id > id : entry.at > at

/** Equal for the same entries in the same order. */
export const checksumOf = (ids: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(ids)).digest('hex').slice(0, 16)

const policyActor = 'policy '
/** In characters as JSON escapes them, each of three bytes at most: ten events stay below the 256 KB of one call. */
const maxReasonLength = 1500
const maxFactsLength = 5000
const longestEscape = 6

/** An entry as the bus carries it. Long texts are cut; the history of the image has them whole. */
export function imageChangedOf(change: RecordedChange): ImageChanged {
  const { repository: id, at, actor, reason, facts, ...rest } = change
  const { registry, path } = partsOf(id)
  return {
    ...rest,
    registry,
    repository: path,
    at: at.toISOString(),
    actor,
    ...(actor.startsWith(policyActor) && { policy: actor.slice(policyActor.length) }),
    reason: lengthOf(reason) > maxReasonLength ? `${reason.slice(0, maxReasonLength / longestEscape)}…` : reason,
    facts: fitting(facts),
  }
}

const lengthOf = (text: string): number => JSON.stringify(text).length

function fitting(facts: readonly string[]): readonly string[] {
  let length = 0
  const kept = facts.filter(fact => {
    length += lengthOf(fact)
    return length <= maxFactsLength
  })
  const left = facts.length - kept.length
  return left === 0 ? facts : [...kept, `${left} more in the history of the image`]
}
