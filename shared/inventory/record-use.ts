import type { UsageRecord } from '../domain/records/workloads.ts'
import type { Workload } from '../domain/usage.ts'
import { findUnrecorded, isOfNoRegistry, usageRecordsOf } from '../domain/usage-records.ts'
import { announceRepositories } from '../records/announce-repositories.ts'
import { recordStages } from './record-stages.ts'
import type { InventoryDeps } from './take-inventory.ts'

/**
 * Records what workloads refer to in these places alone, see `usageRecordsOf`, and ends nothing: that is for the next
 * inventory. Answers all references of now, recorded before or not.
 */
export async function recordUse(
  places: ReadonlySet<string>,
  workloads: readonly Workload[],
  deps: InventoryDeps,
): Promise<readonly UsageRecord[]> {
  const { store, events, now } = deps
  const current = usageRecordsOf(workloads, deps, now(), places)
  if (current.length === 0) return current
  const stored = await Promise.all([...places].map(place => store.listUsage(place)))
  const unrecorded = findUnrecorded(stored.flat(), current)
  await store.saveUsage(unrecorded)
  await recordStages(unrecorded, store, now())
  const used = unrecorded.map(record => record.repository).filter(repository => !isOfNoRegistry(repository))
  await announceRepositories(used, events)
  return current
}
