import * as z from 'zod'
import { UnreadableRecordError } from '../../errors.ts'
import { unpackGone } from './gone-items.ts'
import { goneEntriesPrefix, goneRepositoryOf, type Key } from './keys.ts'
import type { Item, TableClient } from './table-client.ts'

const together = z.object({ entries: z.array(z.record(z.string(), z.unknown())) })

/**
 * Items of an index, with an item for each entry in the place of one that holds many. What that holds cannot be read: an
 * item with an entry that says nothing, which cannot be read either.
 */
export async function eachEntry(table: Pick<TableClient, 'getItems'>, listed: readonly Item[]): Promise<Item[]> {
  const [many, single] = [listed.filter(isOfMany), listed.filter(item => !isOfMany(item))]
  if (many.length === 0) return single
  const held = await table.getItems(many.map(keyOf), true)
  return [...single, ...held.flatMap(entriesIn)]
}

const keyOf = ({ pk, sk }: Item): Key => ({ pk: String(pk), sk: String(sk) })
const isOfMany = (item: Item): boolean =>
  goneRepositoryOf(keyOf(item)) !== undefined && keyOf(item).sk.startsWith(goneEntriesPrefix)

/** Keys of the index stand on each, by which it is told where it cannot be read. */
function entriesIn({ packed, ...item }: Item): Item[] {
  const found = together.safeParse(unlessUnreadable({ ...item, packed }))
  return (found.success ? found.data.entries : [{}]).map(change => ({ ...item, change }))
}

function unlessUnreadable(item: Item): Item | undefined {
  try {
    return unpackGone(item)
  } catch (error) {
    if (error instanceof UnreadableRecordError) return undefined
    throw error
  }
}
