import type { UsageRecord } from '../domain/records.ts'
import { planUsageRecords } from '../domain/usage-records.ts'
import { ShelflifeError, StoreUnavailableError } from '../errors.ts'
import type { Cluster } from '../ports/cluster.ts'
import type { Store } from '../ports/store.ts'
import { recordStages } from './record-stages.ts'

export interface InventoryDeps {
  readonly store: Store
  readonly canonicalHost: (host: string) => string
  readonly now: () => Date
}

export interface InventoryResult {
  readonly cluster: string
  readonly complete: boolean
  readonly changed: readonly UsageRecord[]
  readonly message: string
}

/**
 * Records which images the workloads of one cluster refer to. A listing that fails anywhere is recorded as incomplete,
 * nothing that was known before is ended by it, and while it stands no sweep deletes anything.
 */
export async function takeInventory(cluster: Cluster, deps: InventoryDeps): Promise<InventoryResult> {
  const startedAt = deps.now()
  const previous = await deps.store.findInventory(cluster.name)
  const base = { cluster: cluster.name, startedAt }
  let workloads: Awaited<ReturnType<Cluster['listWorkloads']>>
  try {
    workloads = await cluster.listWorkloads()
  } catch (error) {
    if (!(error instanceof ShelflifeError) || error instanceof StoreUnavailableError) throw error
    const message = `listing failed: ${error.message}`
    const counted = previous?.workloads ?? 0
    await deps.store.saveInventory(
      { ...base, finishedAt: deps.now(), complete: false, workloads: counted, message },
      previous,
    )
    return { cluster: cluster.name, complete: false, changed: [], message }
  }
  const stored = await deps.store.listClusterUsage(cluster.name)
  const changed = planUsageRecords(stored, workloads, deps.canonicalHost, deps.now())
  await deps.store.saveUsage(changed)
  await recordStages(changed, deps.store, deps.now())
  const message = `${workloads.length} references, ${changed.length} changes`
  await deps.store.saveInventory(
    { ...base, finishedAt: deps.now(), complete: true, workloads: workloads.length, message },
    previous,
  )
  return { cluster: cluster.name, complete: true, changed, message }
}
