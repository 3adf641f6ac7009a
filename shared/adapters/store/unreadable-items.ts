import { UnreadableRecordError } from '../../errors.ts'
import type { Item } from './table-client.ts'

/** Called for each item that cannot be read, as often as it is met. */
export type OnUnreadable = (error: UnreadableRecordError) => void

type Read<T> = (item: Item) => T

function attempt<T>(item: Item, read: Read<T>): T | UnreadableRecordError {
  try {
    return read(item)
  } catch (error) {
    if (error instanceof UnreadableRecordError) return error
    throw error
  }
}

export const isUnreadable = (item: Item, read: Read<unknown>): boolean =>
  attempt(item, read) instanceof UnreadableRecordError

/** The others, or what stands for one that cannot be read. */
export function readable<T>(
  items: readonly Item[],
  read: Read<T>,
  onUnreadable: OnUnreadable,
  standIn: (item: Item, error: UnreadableRecordError) => T | undefined = () => undefined,
): T[] {
  return items.flatMap(item => {
    const record = attempt(item, read)
    if (!(record instanceof UnreadableRecordError)) return [record]
    onUnreadable(record)
    return standIn(item, record) ?? []
  })
}

/** All of them; each that cannot be read is reported before the first is thrown. */
export function readAll<T>(items: readonly Item[], read: Read<T>, onUnreadable: OnUnreadable): T[] {
  let first: UnreadableRecordError | undefined
  const records = readable(items, read, error => {
    first ??= error
    onUnreadable(error)
  })
  if (first) throw first
  return records
}
