import { rememberedDays } from '../../shared/domain/audit.ts'
import { dayMs } from '../../shared/domain/duration.ts'
import { secondsOf } from '../../shared/domain/instant.ts'
import { objectImage } from '../connect/object-image.ts'
import { type HistoryRequest, isRepository, readShownChanges, type ShownChange } from '../history/run-history.ts'
import type { HistoryPage } from './api.ts'
import type { ConsoleDeps } from './console-deps.ts'
import { listingOnce } from './listing-once.ts'
import { decodeCursor, encodeCursor, type PageAsked } from './paging.ts'

export interface HistoryAsked extends PageAsked, Omit<HistoryRequest, 'now'> {}

const firstWindowMs = 60 * 60_000
/** Some 15 MB of the table. Behind a window with more the next is an hour again: each is held whole while it is filtered. */
const manyChanges = 50_000
/** A page looks no further back than these windows of time, each twice as long as the one before, together 85 days. */
const windowsOfPage = 11

/**
 * Newest first. Goes back in windows of time until a page is full, so that it costs what it shows, and what the filters
 * leave out between. Where nothing is found for long the page ends with less, and its cursor goes on from there.
 */
export async function readHistoryPage(
  { cursor, limit, since, until, image: named, namespace, ...rest }: HistoryAsked,
  { installation, now: clock }: ConsoleDeps,
): Promise<HistoryPage> {
  const now = clock()
  // The filter by namespace lists objects: once for all windows of a page.
  const once = listingOnce(installation)
  const image = named === undefined ? undefined : await objectImage(named, namespace, once)
  const asked = image === undefined ? { ...rest, ...(namespace !== undefined && { namespace }) } : { ...rest, image }
  const oldest = since ?? new Date(now.getTime() - rememberedDays.long * dayMs)
  const read = (from: Date, to: Date | undefined) =>
    readShownChanges({ ...asked, since: from, ...(to && { until: to }), now }, once)
  const [atMs, lastId] = cursor === undefined ? [undefined, undefined] : decodeCursor(cursor)
  let to = atMs === undefined ? until : new Date(atMs)
  const found: ShownChange[] = []
  // The history of one image is read whole each time, so that it is read once; that of a repository lies by time.
  let windowMs = image === undefined || isRepository(image) ? firstWindowMs : Number.POSITIVE_INFINITY
  let from = to ?? now
  for (let window = 0; window < windowsOfPage && found.length <= limit && from > oldest; window++) {
    from = new Date(Math.max(oldest.getTime(), from.getTime() - windowMs))
    const { changes, readCount } = await read(from, to)
    const shown = behind(lastId, changes.toReversed())
    // One more than is shown tells that there is more: no other is held.
    for (const change of shown.slice(0, limit + 1 - found.length)) found.push(change)
    to = new Date(from.getTime() - 1)
    windowMs = readCount < manyChanges ? windowMs * 2 : firstWindowMs
  }
  const items = found.slice(0, limit)
  const last = found.length > limit ? items.at(-1) : undefined
  const next = last === undefined ? cursorBefore(from, oldest) : encodeCursor([Date.parse(last.at), last.id])
  return { items, readBackTo: secondsOf(from), ...(next !== undefined && { next }) }
}

/** Undefined where there is nothing older to look for. */
const cursorBefore = (from: Date, oldest: Date): string | undefined =>
  from > oldest ? encodeCursor([from.getTime() - 1, '']) : undefined

/** Several things happen at one time: what was shown of them, up to that id, is left out. All where it is not among them. */
function behind(id: string | undefined, changes: readonly ShownChange[]): readonly ShownChange[] {
  const place = changes.findIndex(one => one.id === id)
  return changes.slice(place + 1)
}
