import pMap from 'p-map'
import type { UsageRecord } from '../../domain/records/workloads.ts'
import type { Workload } from '../../domain/usage.ts'
import { isUsageKnown, sourcesFor } from '../../domain/usage-freshness.ts'
import { ShelflifeError, StoreUnavailableError } from '../../errors.ts'
import { recordUse } from '../../inventory/record-use.ts'
import { takeInventory } from '../../inventory/take-inventory.ts'
import type { Cluster } from '../../ports/cluster.ts'
import type { EventPublisher } from '../../ports/messaging.ts'
import type { Store } from '../../ports/store.ts'
import type { WorkloadSource } from '../../ports/workload-source.ts'
import type { Rulebook } from '../../settings.ts'
import { usagePlaces } from '../world/foreign-usage.ts'

export interface UseDeps {
  readonly store: Store
  readonly events: EventPublisher
  readonly clusters: readonly Cluster[]
  /** What runs images beside the clusters. */
  readonly awsWorkloads: readonly WorkloadSource[]
  readonly rulebook: Rulebook
  readonly now: () => Date
}

export interface UseLook {
  /** The first look of a sweep finds what to prepare, and nothing is deleted on it. */
  readonly isFirst: boolean
  /** When the first one began. */
  readonly sweepBegunAt: Date
}

/** Where a source tells no changes, a later look of the same sweep uses its inventory that is no older. */
const maxInventoryAgeMs = 2 * 60_000
const sourceConcurrency = 8

interface Source {
  /** As messages name it. */
  readonly label: 'cluster' | 'aws'
  readonly source: WorkloadSource
  /** Its changes are cheap to ask for. */
  readonly tellsChanges: boolean
}

/**
 * The references to images of a repository that workloads have now, recorded; or why they are not known. The first look takes
 * them as the last inventories say.
 */
export async function readUse(
  repository: string,
  look: UseLook,
  deps: UseDeps,
): Promise<readonly UsageRecord[] | { readonly problem: string }> {
  const results = await pMap(sourcesOf(repository, deps), one => readSource(one, look, deps), {
    concurrency: sourceConcurrency,
  })
  const problem = results.find(one => 'problem' in one)
  if (problem) return problem
  const workloads = results.flatMap(one => ('problem' in one ? [] : one.workloads))
  return recordUse(usagePlaces(repository, deps.rulebook), workloads, { ...deps.rulebook, ...deps })
}

/** Those that may pull from its registry. */
function sourcesOf(repository: string, { clusters, awsWorkloads, rulebook }: UseDeps): Source[] {
  const all: readonly Source[] = [
    ...clusters.map((source): Source => ({ label: 'cluster', source, tellsChanges: source.view !== undefined })),
    ...awsWorkloads.map((source): Source => ({ label: 'aws', source, tellsChanges: false })),
  ]
  const names = all.map(({ source }) => source.name)
  const needed = new Set(sourcesFor([repository], names, rulebook))
  return all.filter(({ source }) => needed.has(source.name))
}

type SourceUse = { readonly workloads: readonly Workload[] } | { readonly problem: string }

const asInventoried: SourceUse = { workloads: [] }

async function readSource(
  { label, source, tellsChanges }: Source,
  { isFirst, sweepBegunAt }: UseLook,
  deps: UseDeps,
): Promise<SourceUse> {
  const inventory = await deps.store.findInventory(source.name)
  const problemOf = (message: string) => ({ problem: `kept everything: ${label} ${source.name}: ${message}` })
  if (isUsageKnown([inventory], deps.now())) {
    if (isFirst) return asInventoried
    if (tellsChanges) return listChanges(source, problemOf)
    const ageMs = deps.now().getTime() - (inventory?.startedAt.getTime() ?? 0)
    // One from the future is of another clock, and says nothing of its age.
    if (inventory && inventory.startedAt > sweepBegunAt && ageMs >= 0 && ageMs <= maxInventoryAgeMs)
      return asInventoried
  }
  const { complete, message } = await takeInventory(source, { ...deps.rulebook, ...deps })
  return complete ? asInventoried : problemOf(message)
}

async function listChanges(source: WorkloadSource, problemOf: (message: string) => SourceUse): Promise<SourceUse> {
  try {
    return { workloads: await source.listWorkloads() }
  } catch (error) {
    if (!(error instanceof ShelflifeError) || error instanceof StoreUnavailableError) throw error
    return problemOf(`listing failed: ${error.message}`)
  }
}
