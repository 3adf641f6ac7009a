import { mostBetweenMs } from '../../domain/audit.ts'
import type { Item } from './table-client.ts'

/**
 * The begin of a deletion that the entry of its end tells of: its id and its time stand beside the entry, not in it, under
 * names that the indexes hold and no image has of its own. Versions before, one of which reads no entry with a field that it
 * does not know, read over them.
 */
export function packBegin(attributes: Item): Item {
  const { begun, ...change } = attributes.change ?? {}
  return begun === undefined ? attributes : { ...attributes, change, id: begun.id, at: begun.at }
}

/** Of an item that carries an entry. Beside the entry of something else they were left by a version before, and say nothing. */
export function unpackBegin(item: Item): Item {
  const { id, at, ...rest } = item
  if (rest.change === undefined || (id === undefined && at === undefined)) return item
  return isBeginOf(rest.change, at) ? { ...rest, change: { ...rest.change, begun: { id, at } } } : rest
}

const ends: ReadonlySet<unknown> = new Set(['deleted', 'archived', 'object-deleted'])

function isBeginOf(end: Item, at: unknown): boolean {
  const betweenMs = Date.parse(String(end.at)) - Date.parse(String(at))
  return ends.has(end.action) && betweenMs >= 0 && betweenMs <= mostBetweenMs
}
