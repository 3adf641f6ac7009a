import * as z from 'zod'
import { auditEntry } from '../../domain/audit.ts'
import { ConflictError } from '../../errors.ts'
import type { Draft } from '../../ports/store.ts'
import { auditItem } from './history.ts'
import { itemCodec } from './items.ts'
import { changeIndexKeys, type Key } from './keys.ts'
import type { TableClient } from './table-client.ts'

/** `policy` stands on a record that is about a policy, under which its entry is then found whoever made it. */
const carriedChange = z.object({ repository: z.string(), change: auditEntry, policy: z.string().exactOptional() })

/**
 * Records that are written by one conditional write each: number N+1 is accepted only over number N.
 *
 * A write whose answer was lost looks like a lost race when it is repeated; the record that stands is then compared
 * with the one that was sent, and equal content is success.
 */
export function versionedRecords<S extends z.ZodObject, T extends { number: number } & z.infer<S>>(
  table: TableClient,
  schema: S,
  keyOf: (record: T) => Key,
) {
  const codec = itemCodec(schema)
  const read = (item: Record<string, unknown>): T => codec.fromItem(item) as T
  const find = async (key: Key): Promise<T | undefined> => {
    const item = await table.getItem(key)
    return item && read(item)
  }

  /** The entry that is about to be overwritten goes into the history first: a crash between the two repeats it only. */
  const keepCarriedEntry = async (previous: T | undefined) => {
    const carried = carriedChange.safeParse(previous)
    if (carried.success)
      await table.putItem(auditItem(carried.data.repository, carried.data.change, carried.data.policy))
  }

  /** A record that carries an entry is found by it, so that the entry is known the moment the record is written. */
  const indexKeysOf = (record: T) => {
    const carried = carriedChange.safeParse(record)
    if (!carried.success) return {}
    const { change, policy } = carried.data
    return changeIndexKeys(change.at, change.id, change.actor, policy)
  }

  return {
    find,
    findAll: async (wanted: readonly Key[]): Promise<T[]> => (await table.getItems(wanted)).map(read),
    list: async (pk: string, prefix: string): Promise<T[]> => (await table.queryItems(pk, prefix)).map(read),
    async save(draft: Draft<T>, previous: T | undefined): Promise<T> {
      const record = { ...draft, number: (previous?.number ?? 0) + 1 } as T
      const key = keyOf(record)
      const attributes = codec.toAttributes(record)
      const item = { ...key, ...attributes, ...indexKeysOf(record) }
      await keepCarriedEntry(previous)
      const written = await (previous
        ? table.putItemIf(item, '#number = :number', { ':number': previous.number })
        : table.putItemIf(item, 'attribute_not_exists(pk)', {}))
      if (written) return record
      const current = await find(key)
      if (
        current &&
        JSON.stringify(codec.toAttributes(current)) === JSON.stringify(codec.toAttributes(read(attributes)))
      )
        return record
      throw new ConflictError(
        `${key.pk} ${key.sk}: expected number ${previous?.number ?? 0}, another write came first`,
        { current },
      )
    },
  }
}
