import type { ClusterMeterRecord, ObjectGaugesRecord, SyncCountRecord } from '../domain/records/metrics.ts'
import type { PolicyRecord } from '../domain/records/policies.ts'
import type { InventoryRecord } from '../domain/records/workloads.ts'
import { ShelflifeError, StoreUnavailableError } from '../errors.ts'
import type { MetricsStore, QueueDepth, QueueGauges } from '../ports/metrics-store.ts'
import type { KillSwitch } from '../ports/platform.ts'
import type { Store } from '../ports/store.ts'
import { inventoriesOf } from '../records/inventories.ts'

/** All that metrics are made of. */
export interface MetricsFacts {
  readonly now: Date
  readonly meters: readonly ClusterMeterRecord[]
  readonly gauges: readonly ObjectGaugesRecord[]
  readonly syncCounts: readonly SyncCountRecord[]
  readonly inventories: readonly InventoryRecord[]
  /** What the settings name and nobody ever listed: what it uses is as unknown as if it did not answer. */
  readonly unlisted: readonly string[]
  readonly policies: readonly PolicyRecord[]
  readonly isPaused: boolean
  /** Undefined where the queues did not answer. */
  readonly depths: readonly QueueDepth[] | undefined
}

export interface FactsDeps {
  readonly metrics: Pick<MetricsStore, 'findMeters' | 'findGauges' | 'listSyncCounts'>
  readonly store: Pick<Store, 'findInventories' | 'listPolicies'>
  readonly killSwitch: KillSwitch
  readonly queues: QueueGauges
  /** Names of the clusters, and of all that has workloads. */
  readonly clusters: readonly string[]
  readonly sources: readonly string[]
  readonly now: () => Date
}

/** Reads the table and nothing of a cluster or a registry: one that does not answer keeps no scrape waiting. */
export async function readFacts(deps: FactsDeps): Promise<MetricsFacts> {
  const { metrics, store, killSwitch, queues, clusters, sources } = deps
  const [meters, gauges, syncCounts, known, policies, isPaused, depths] = await Promise.all([
    metrics.findMeters(clusters),
    metrics.findGauges(clusters),
    metrics.listSyncCounts(),
    inventoriesOf(sources, store),
    Promise.all(clusters.map(cluster => store.listPolicies(cluster))),
    killSwitch.isPaused(),
    unlessRefused(queues.listDepths()),
  ])
  const served = new Set(clusters)
  const inventories = [...known.values()].filter(one => one !== undefined)
  return {
    now: deps.now(),
    meters,
    gauges,
    // What was counted of a cluster that the settings name no more is not of now.
    syncCounts: syncCounts.filter(({ cluster }) => served.has(cluster)),
    inventories,
    unlisted: [...known.keys()].filter(source => known.get(source) === undefined),
    policies: policies.flat(),
    isPaused,
    depths,
  }
}

async function unlessRefused<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading
  } catch (error) {
    if (!(error instanceof ShelflifeError) || error instanceof StoreUnavailableError) throw error
    return undefined
  }
}
