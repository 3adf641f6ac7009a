import type { InventoryRecord } from '../domain/records/workloads.ts'
import type { Store } from '../ports/store.ts'

/**
 * How each of these sources of workloads was listed last, and each of the members that one consists of; undefined for one
 * that never was.
 */
export async function inventoriesOf(
  sources: readonly string[],
  store: Pick<Store, 'findInventories'>,
): Promise<ReadonlyMap<string, InventoryRecord | undefined>> {
  const own = await find(sources, store)
  const members = own.flatMap(([, inventory]) => inventory?.members ?? [])
  return new Map(members.length === 0 ? own : [...own, ...(await find(members, store))])
}

async function find(
  sources: readonly string[],
  store: Pick<Store, 'findInventories'>,
): Promise<[string, InventoryRecord | undefined][]> {
  const found = new Map((await store.findInventories(sources)).map(one => [one.cluster, one]))
  return sources.map(source => [source, found.get(source)])
}
