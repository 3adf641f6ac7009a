import pMap from 'p-map'
import { type NamedSource, unknownPullers } from '../../domain/pullers.ts'
import type { UsageRecord } from '../../domain/records/workloads.ts'
import { partsOf } from '../../domain/repository-id.ts'
import type { Workload } from '../../domain/usage.ts'
import { isListed, sourcesFor } from '../../domain/usage-freshness.ts'
import { usageRecordsOf } from '../../domain/usage-records.ts'
import { ShelflifeError } from '../../errors.ts'
import { recordUse } from '../../inventory/record-use.ts'
import { listOrFail, membersOrFail, takeInventory } from '../../inventory/take-inventory.ts'
import type { Cluster } from '../../ports/cluster.ts'
import type { WorkloadSource } from '../../ports/workload-source.ts'
import type { Rulebook } from '../../settings.ts'
import { usagePlaces } from '../world/foreign-usage.ts'
import { isYoung, type Listed, listShared, type SharedListingDeps } from './shared-listing.ts'

export interface UseDeps extends Pick<SharedListingDeps, 'store' | 'events' | 'now' | 'wait' | 'remainingMs'> {
  readonly clusters: readonly Cluster[]
  /** What runs images beside the clusters. */
  readonly awsWorkloads: readonly WorkloadSource[]
  readonly rulebook: Rulebook
}

const sourceConcurrency = 32

interface Source {
  /** As messages name it. */
  readonly label: 'cluster' | 'aws'
  readonly source: WorkloadSource
  /** It is asked in each look, since its answer costs what changed. */
  readonly tellsChanges: boolean
}

/** The references to images of a repository that workloads have now, recorded; or why they are not known. */
export async function readUse(
  repository: string,
  isFirst: boolean,
  deps: UseDeps,
): Promise<readonly UsageRecord[] | { readonly problem: string }> {
  const places = usagePlaces(repository, deps.rulebook)
  const read = async (source: Source) => {
    const result = await readSource(source, isFirst, deps)
    // The workloads of one cluster at a time: of all they may be millions.
    return 'problem' in result ? result : usageRecordsOf(result.workloads, deps.rulebook, deps.now(), places)
  }
  const sources = await sourcesOf(repository, deps)
  if ('problem' in sources) return sources
  const results = await pMap(sources, read, { concurrency: sourceConcurrency })
  const problem = results.find(one => 'problem' in one)
  if (problem) return problem
  const current = results.flatMap(one => ('problem' in one ? [] : one))
  await recordUse(places, current, deps)
  return current
}

type Problem = { readonly problem: string }

/** Those that may pull from its registry, in place of what has members these members. */
async function sourcesOf(repository: string, deps: UseDeps): Promise<Source[] | Problem> {
  const all: readonly Source[] = [
    ...deps.clusters.map((source): Source => ({ label: 'cluster', source, tellsChanges: source.view !== undefined })),
    ...deps.awsWorkloads.map((source): Source => ({ label: 'aws', source, tellsChanges: false })),
  ]
  const needed = neededFor(repository, all, deps)
  const lists = await pMap(needed, membersOf)
  const problem = lists.find(one => 'problem' in one)
  if (problem) return problem
  const sources = lists.flatMap(one => ('problem' in one ? [] : one))
  const organizations = needed.flatMap(({ source }, at): NamedSource[] => {
    const members = lists[at]
    return source.listMembers && Array.isArray(members) ? [{ name: source.name, members }] : []
  })
  const named = [...organizations, ...sources.map(({ source }) => ({ name: source.name }))]
  const unknown = unknownPullers(partsOf(repository).registry, named, deps.rulebook)
  return unknown === undefined ? neededFor(repository, sources, deps) : { problem: `kept everything: ${unknown}` }
}

function neededFor(repository: string, all: readonly Source[], { rulebook }: UseDeps): Source[] {
  const names = all.map(({ source }) => source.name)
  const needed = new Set(sourcesFor([repository], names, rulebook))
  return all.filter(({ source }) => needed.has(source.name))
}

async function membersOf(one: Source): Promise<Source[] | Problem> {
  const members = await membersOrFail(one.source)
  if (members instanceof ShelflifeError) return problemOf(one, `listing failed: ${members.message}`)
  return members.map(source => ({ ...one, source }))
}

const problemOf = ({ label, source }: Source, message: string): Problem => ({
  problem: `kept everything: ${label} ${source.name}: ${message}${label === 'aws' ? scopeHint : ''}`,
})

const scopeHint =
  '; registries[].clusters of the settings says which accounts pull from a registry, and only those are waited for'

type SourceUse = { readonly workloads: readonly Workload[] } | Problem

const asInventoried: SourceUse = { workloads: [] }

async function readSource(one: Source, isFirst: boolean, deps: UseDeps): Promise<SourceUse> {
  const { label, source, tellsChanges } = one
  const inventoryDeps = { ...deps.rulebook, ...deps }
  if (label === 'aws') return useOf(one, await listShared(source, inventoryDeps))
  const inventory = await deps.store.findInventory(source.name)
  if (tellsChanges && isListed(inventory, deps.now())) {
    const workloads = await listOrFail(source)
    return workloads instanceof ShelflifeError ? problemOf(one, `listing failed: ${workloads.message}`) : { workloads }
  }
  // A cluster that tells no changes is asked by the first look of a sweep at least.
  if (!tellsChanges && !isFirst && isYoung(inventory, deps.now())) return asInventoried
  return useOf(one, await takeInventory(source, inventoryDeps))
}

const useOf = (one: Source, { complete, message, workloads }: Listed): SourceUse =>
  complete ? { workloads } : problemOf(one, message)
