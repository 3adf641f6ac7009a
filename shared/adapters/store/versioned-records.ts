import { isDeepStrictEqual } from 'node:util'
import type * as z from 'zod'
import { RecordConflictError, type UnreadableRecordError } from '../../errors.ts'
import type { Draft, ListOptions } from '../../ports/store.ts'
import { CarriedEntries, carriedBy } from './carried-entries.ts'
import { itemCodec, type Packing } from './items.ts'
import { changeIndexKeys, type Key, nameRange } from './keys.ts'
import { SharedValues } from './shared-values.ts'
import { table as tableNames } from './table.ts'
import type { Item, TableClient } from './table-client.ts'
import { isUnreadable, type OnUnreadable, readAll, readable } from './unreadable-items.ts'

const stillThere = '#number = :number'
const orLeft = `attribute_not_exists(pk) OR ${stillThere}`

interface Reading {
  readonly onUnreadable: OnUnreadable
  /**
   * What becomes of a record that cannot be read. Absent: whoever reads it, or a list that it is in, is told by a throw.
   * `left-out`: lists go on without it. `none`: it counts as not there, and is written over.
   */
  readonly unreadable?: 'left-out' | 'none'
  /** Which entries go into the history together; absent where each goes by itself. */
  readonly entries?: CarriedEntries
  /** How the items stand in the table; absent where it is as the schema says. */
  readonly packing?: Packing
  /** What is read of items that are about to expire. */
  readonly leaving?: WeakSet<object>
  /** True for what may have been put away since it was read; the write then takes the place that it has left. */
  readonly mayHaveLeft?: (record: object) => boolean
}

/**
 * Records that are written by one conditional write each: number N+1 is accepted only over number N. What an item has
 * that the schema does not know is carried over from write to write, also where the draft was built anew.
 *
 * A write whose answer was lost looks like a lost race when it is repeated; the record that stands is then compared
 * with the one that was sent, and equal content is success.
 */
export function versionedRecords<S extends z.ZodObject, T extends { number: number } & z.infer<S>>(
  table: TableClient,
  schema: S,
  keyOf: (record: T) => Key,
  {
    onUnreadable,
    unreadable,
    entries = new CarriedEntries(table),
    packing,
    leaving,
    mayHaveLeft = () => false,
  }: Reading,
) {
  const codec = itemCodec(schema, packing)
  const read = (item: Item): T => {
    const record = codec.fromItem(item) as T
    if (item[tableNames.timeToLive] !== undefined) leaving?.add(record)
    return record
  }
  const listed = unreadable === undefined ? readAll : readable
  const find = async (key: Key): Promise<T | undefined> => {
    const item = await table.getItem(key)
    const found = item ? [item] : []
    return (unreadable === 'none' ? readable : readAll)(found, read, onUnreadable)[0]
  }

  /**
   * A record that carries an entry is found by it, so that the entry is known the moment the record is written. The end of a
   * deletion stays where its begin stood: there an index writes once, and twice where an entry moves.
   */
  const indexKeysOf = (record: T) => {
    const carried = carriedBy(record)
    if (!carried) return {}
    const { change, policy } = carried
    const { at, id } = change.begun ?? change
    return changeIndexKeys(at, id, change.actor, policy)
  }

  const itemOf = (record: T): Item => ({ ...keyOf(record), ...codec.toAttributes(record), ...indexKeysOf(record) })

  /** Over an item that counts as none; false where none stands there, or it can be read. */
  const writeOverUnreadable = async (record: T): Promise<boolean> => {
    const item = await table.getItem(keyOf(record))
    if (item === undefined || !isUnreadable(item, read)) return false
    return item.number === undefined
      ? table.putItemIf(itemOf(record), 'attribute_not_exists(#number)', {})
      : table.putItemIf(itemOf(record), '#number = :number', { ':number': item.number })
  }

  /** Page by page, so that no more than one is there twice, as items and as records. */
  const listedOf = async (pages: AsyncIterable<readonly Item[]>): Promise<T[]> => {
    const records: T[] = []
    const values = new SharedValues()
    let first: UnreadableRecordError | undefined
    const hear: OnUnreadable = error => {
      first ??= error
      onUnreadable(error)
    }
    for await (const items of pages) for (const record of readable(items, read, hear)) records.push(values.of(record))
    if (first && unreadable === undefined) throw first
    return records
  }

  return {
    find,
    keyOf,
    itemOf,
    attributesOf: (record: T): Item => codec.attributesOf(record),
    /** Those that exist and can be read. */
    findAll: async (wanted: readonly Key[]): Promise<T[]> => readable(await table.getItems(wanted), read, onUnreadable),
    /** Those that exist, as of now; `mayLag`: as of a moment ago. */
    getAll: async (wanted: readonly Key[], mayLag = false): Promise<T[]> =>
      listed(await table.getItems(wanted, !mayLag), read, onUnreadable),
    list: async (pk: string, prefix: string, { mayLag, ...range }: ListOptions = {}): Promise<T[]> => {
      const isPart = Object.keys(range).length > 0
      return listedOf(
        isPart
          ? table.queryRange(pk, nameRange(prefix, range), { limit: range.limit, mayLag })
          : table.queryPages(pk, prefix, mayLag),
      )
    },
    readable: (items: readonly Item[]): T[] => readable(items, read, onUnreadable),
    async save(draft: Draft<T>, previous: T | undefined): Promise<T> {
      const carriedOver = previous && codec.unknownOf(previous)
      const record = codec.marked({ ...carriedOver, ...draft, number: (previous?.number ?? 0) + 1 } as T)
      const item = itemOf(record)
      if (previous) await entries.keep(previous, record)
      const written = await (previous
        ? table.putItemIf(item, mayHaveLeft(previous) ? orLeft : stillThere, { ':number': previous.number })
        : table.putItemIf(item, 'attribute_not_exists(pk)', {}))
      if (written) return record
      if (unreadable === 'none' && !previous && (await writeOverUnreadable(record))) return record
      const key = keyOf(record)
      const current = await find(key)
      if (current && isDeepStrictEqual(codec.toAttributes(current), codec.toAttributes(read(item)))) return record
      throw new RecordConflictError(
        `${key.pk} ${key.sk}: expected number ${previous?.number ?? 0}, another write came first`,
        { current },
      )
    },
  }
}
