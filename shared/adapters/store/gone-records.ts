import pMap from 'p-map'
import { type Ended, rememberedUntil } from '../../domain/lifecycle/put-away.ts'
import { slices } from '../../domain/slices.ts'
import type { ListOptions } from '../../ports/store.ts'
import { goneEntryItems } from './gone-entries.ts'
import { packGone } from './gone-items.ts'
import { goneBeforeKey, goneKey, type Key } from './keys.ts'
import { table as names } from './table.ts'
import type { Item, TableClient } from './table-client.ts'

/** Records of the table in their places, each found by its key. */
interface Records<T> {
  find(key: Key): Promise<T | undefined>
  findAll(keys: readonly Key[]): Promise<T[]>
  getAll(keys: readonly Key[], mayLag?: boolean): Promise<T[]>
  list(pk: string, prefix: string, options?: ListOptions): Promise<T[]>
  keyOf(record: T): Key
  itemOf(record: T): Item
  attributesOf(record: T): Item
}

/** As many a call, so that a table in which years of them stand is put in order beside other work. */
const mostAtOnce = 1000
const portionSize = 25
const portionsAtOnce = 4

/**
 * Records that are put away once they are gone: a copy in the partition of what is gone, their entries together in one
 * more item, and the record itself is left to the table to remove. While both are there, that in its own place counts.
 *
 * `isLeaving`: true for what was read of a record that was put away before.
 */
export function goneRecords<T extends Ended & { readonly number: number }>(
  table: TableClient,
  records: Records<T>,
  isLeaving: (record: T) => boolean,
) {
  /** With its entry, where it cannot be packed. */
  const copyOf = (record: T): Item =>
    packGone(goneKey(records.keyOf(record)), records.attributesOf(record), expiryOf(record)) ?? {
      ...records.itemOf(record),
      ...goneBeforeKey(records.keyOf(record)),
      [names.timeToLive]: expiryOf(record),
    }
  const leave = (portion: readonly T[], now: Date) =>
    pMap(
      portion,
      record => {
        const item = { ...records.itemOf(record), [names.timeToLive]: secondsOf(now) }
        return table.putItemIf(item, '#number = :number', { ':number': record.number })
      },
      { concurrency: portionSize },
    )
  const sortKeyOf = (record: T) => records.keyOf(record).sk
  const latestOf = (all: readonly T[]): T[] => {
    const latest = new Map<string, T>()
    for (const one of all) {
      const other = latest.get(sortKeyOf(one))
      if (!other || isLater(one, other)) latest.set(sortKeyOf(one), one)
    }
    return [...latest.values()]
  }
  const places = (keys: readonly Key[]): Key[] => keys.flatMap(key => [goneKey(key), goneBeforeKey(key)])
  /**
   * As of a moment ago, which costs half: what is in its own place no more was copied before the table was asked to remove
   * it, longer ago than a read lags. What is new is looked for here too, and is not there.
   */
  const findAway = async (keys: readonly Key[]): Promise<T[]> => latestOf(await records.getAll(places(keys), true))

  return {
    find: async (key: Key): Promise<T | undefined> => (await records.find(key)) ?? (await findAway([key]))[0],
    getAll: async (keys: readonly Key[]): Promise<T[]> => {
      const found = await records.getAll(keys)
      const known = new Set(found.map(sortKeyOf))
      const missing = keys.filter(({ sk }) => !known.has(sk))
      return missing.length === 0 ? found : [...found, ...(await findAway(missing))]
    },
    findGone: async (keys: readonly Key[]): Promise<T[]> => latestOf(await records.findAll(places(keys))),
    listGone: async ({ pk }: Key, prefix: string, options?: ListOptions): Promise<T[]> => {
      const found = await Promise.all(places([{ pk, sk: '' }]).map(place => records.list(place.pk, prefix, options)))
      const inOrder = latestOf(found.flat()).sort((a, b) =>
        Buffer.compare(Buffer.from(sortKeyOf(a)), Buffer.from(sortKeyOf(b))),
      )
      return inOrder.slice(0, options?.limit)
    },
    /** What is there twice where it is killed in between is one where it is read. */
    putAway: async (gone: readonly T[], now: Date): Promise<void> => {
      const staying = gone.filter(record => !isLeaving(record)).slice(0, mostAtOnce)
      const copies = [...staying.map(copyOf), ...goneEntryItems(staying, expiryOf)]
      await pMap(slices(copies, portionSize), portion => table.putItems(portion), { concurrency: portionsAtOnce })
      await pMap(slices(staying, portionSize), portion => leave(portion, now), { concurrency: portionsAtOnce })
    },
  }
}

/** Versions of two places: where it came back and went again, each knows of another end. */
const isLater = <T extends Ended & { readonly number: number }>(one: T, other: T): boolean =>
  (one.change.at.getTime() - other.change.at.getTime() || one.number - other.number) > 0

const expiryOf = (record: Ended): number => secondsOf(rememberedUntil(record))

const secondsOf = (time: Date): number => Math.floor(time.getTime() / 1000)
