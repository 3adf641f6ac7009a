import type { UsageRecord } from '../domain/records/workloads.ts'
import { findMoved, findUnrecorded, isOfNoRegistry } from '../domain/usage-records.ts'
import { announceRepositories } from '../records/announce-repositories.ts'
import { recordStages } from './record-stages.ts'
import type { InventoryDeps } from './take-inventory.ts'

/**
 * Records the references of now to images of these places, see `usageRecordsOf`, and ends nothing: that is for the next
 * inventory.
 */
export async function recordUse(
  places: ReadonlySet<string>,
  current: readonly UsageRecord[],
  { store, events, now }: Pick<InventoryDeps, 'store' | 'events' | 'now'>,
): Promise<void> {
  if (current.length === 0) return
  const stored = (await Promise.all([...places].map(place => store.listUsage(place)))).flat()
  const unrecorded = findUnrecorded(stored, current)
  await store.saveUsage(unrecorded)
  const moved = findMoved(stored, unrecorded)
  await recordStages(moved, store, now())
  const used = moved.map(record => record.repository).filter(repository => !isOfNoRegistry(repository))
  await announceRepositories(used, events)
}
