import pMap from 'p-map'
import { type Ended, rememberedUntil } from '../../domain/lifecycle/put-away.ts'
import { slices } from '../../domain/slices.ts'
import type { ListOptions } from '../../ports/store.ts'
import { goneKey, type Key } from './keys.ts'
import { table as names } from './table.ts'
import type { Item, TableClient } from './table-client.ts'

/** Records of the table in their places, each found by its key. */
interface Records<T> {
  find(key: Key): Promise<T | undefined>
  findAll(keys: readonly Key[]): Promise<T[]>
  getAll(keys: readonly Key[]): Promise<T[]>
  list(pk: string, prefix: string, options?: ListOptions): Promise<T[]>
  keyOf(record: T): Key
  itemOf(record: T): Item
}

/** As many a call, so that a table in which years of them stand is put in order beside other work. */
const mostAtOnce = 1000
const portionSize = 25
const portionsAtOnce = 4

/**
 * Records that are put away once they are gone: a copy in the partition of what is gone, which has their entry too, and
 * the record itself is left to the table to remove. While both are there, that in its own place counts.
 *
 * `isLeaving`: true for what was read of a record that was put away before.
 */
export function goneRecords<T extends Ended & { readonly number: number }>(
  table: TableClient,
  records: Records<T>,
  isLeaving: (record: T) => boolean,
) {
  const putAway = async (portion: readonly T[], now: Date): Promise<void> => {
    await table.putItems(
      portion.map(record => ({
        ...records.itemOf(record),
        ...goneKey(records.keyOf(record)),
        [names.timeToLive]: secondsOf(rememberedUntil(record)),
      })),
    )
    const leave = (record: T) => {
      const item = { ...records.itemOf(record), [names.timeToLive]: secondsOf(now) }
      return table.putItemIf(item, '#number = :number', { ':number': record.number })
    }
    await pMap(portion, leave, { concurrency: portionSize })
  }
  const sortKeyOf = (record: T) => records.keyOf(record).sk

  return {
    find: async (key: Key): Promise<T | undefined> => (await records.find(key)) ?? records.find(goneKey(key)),
    getAll: async (keys: readonly Key[]): Promise<T[]> => {
      const found = await records.getAll(keys)
      const known = new Set(found.map(sortKeyOf))
      const missing = keys.filter(({ sk }) => !known.has(sk))
      return missing.length === 0 ? found : [...found, ...(await records.getAll(missing.map(goneKey)))]
    },
    findGone: (keys: readonly Key[]): Promise<T[]> => records.findAll(keys.map(goneKey)),
    listGone: ({ pk }: Key, prefix: string, options?: ListOptions): Promise<T[]> =>
      records.list(goneKey({ pk, sk: '' }).pk, prefix, options),
    putAway: async (gone: readonly T[], now: Date): Promise<void> => {
      const staying = gone.filter(record => !isLeaving(record)).slice(0, mostAtOnce)
      await pMap(slices(staying, portionSize), portion => putAway(portion, now), { concurrency: portionsAtOnce })
    },
  }
}

const secondsOf = (time: Date): number => Math.floor(time.getTime() / 1000)
