import type { InventoryRecord } from '../domain/records/workloads.ts'
import type { Store } from '../ports/store.ts'

/** How each of these sources of workloads was listed last; undefined for one that never was. */
export async function inventoriesOf(
  sources: readonly string[],
  store: Pick<Store, 'findInventories'>,
): Promise<ReadonlyMap<string, InventoryRecord | undefined>> {
  const found = new Map((await store.findInventories(sources)).map(one => [one.cluster, one]))
  return new Map(sources.map(source => [source, found.get(source)]))
}
