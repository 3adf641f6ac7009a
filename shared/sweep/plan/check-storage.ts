import pMap from 'p-map'
import type { PolicyRecord } from '../../domain/records/policies.ts'
import type { RepositoryRecord } from '../../domain/records/syncs.ts'
import type { RegistryFill, StorageCheck } from '../../domain/storage-check.ts'
import { findPressure, type Pressure } from '../../domain/storage-pressure.ts'
import { storedBytesOf } from '../../domain/stored-blobs.ts'
import type { Policy } from '../../objects/policy-object.ts'
import type { CoveredObject } from '../world/covered-object.ts'
import { coveredBy } from '../world/policy-scope.ts'
import type { PolicyWorldDeps } from '../world/read-policy-world.ts'
import { type RepositoryWorld, readRepositoryWorld } from '../world/read-world.ts'

export interface StorageLook {
  readonly check: StorageCheck
  readonly pressures: readonly Pressure[]
  /** Every tracked repository of the registries that were read exactly. */
  readonly worlds: readonly RepositoryWorld[]
}

type StorageDeps = Pick<PolicyWorldDeps, 'store' | 'registries'>

const quickMs = 5 * 60_000
/** Reading every image of a registry, and starting a run that finds nothing to free, is not done more often. */
const exactMs = 60 * 60_000
const concurrency = 8

/**
 * True when a policy that watches storage should look again: its time has come, or its last run for storage freed
 * something and ended since. Never while a run is under way.
 */
export function isStorageCheckDue({ spec }: Policy, record: PolicyRecord | undefined, now: Date): boolean {
  const [last] = record?.runs ?? []
  if (spec.storageThresholdPercent === undefined || spec.suspend || last?.result === 'Running') return false
  const storage = record?.storage
  if (!storage || storage.nextAt <= now) return true
  const hasEndedSince = last?.completionTime !== undefined && last.completionTime > storage.checkedAt
  return hasEndedSince && !last.dryRun && last.trigger === 'StoragePressure' && last.freedBytes > 0
}

/**
 * Looks at how full the registries are whose repositories the policy covers. What syncs recorded is added up first,
 * which is never too little; only where that may exceed the threshold is every image read, and each layer counted once.
 */
export async function checkStorage(
  policy: Policy,
  tracked: readonly CoveredObject[],
  capacityOf: (registry: string) => number | undefined,
  deps: StorageDeps,
  now: Date,
): Promise<StorageLook> {
  const threshold = policy.spec.storageThresholdPercent ?? 100
  const registries = [...new Set(coveredBy(policy, tracked).map(one => one.registry))].sort()
  const look = (registry: string) => lookAt(registry, tracked, capacityOf(registry), threshold, deps)
  const looks = (await pMap(registries, look, { concurrency: 1 })).flat()
  const fills = looks.map(look => look.fill)
  const hasReadAll = looks.some(look => look.worlds.length > 0)
  return {
    check: { checkedAt: now, nextAt: new Date(now.getTime() + (hasReadAll ? exactMs : quickMs)), registries: fills },
    pressures: looks.flatMap(look => look.pressure ?? []),
    worlds: looks.flatMap(look => look.worlds),
  }
}

async function lookAt(
  registry: string,
  tracked: readonly CoveredObject[],
  capacityBytes: number | undefined,
  threshold: number,
  deps: StorageDeps,
): Promise<readonly Look[]> {
  const ids = [...new Set(tracked.filter(one => one.registry === registry).map(one => one.repository))]
  const records = await deps.store.findRepositories(ids)
  if (capacityBytes === undefined && records.some(record => record.quota?.capacityBytes !== undefined))
    return pMap(partsOf(records), part => lookAtPart(registry, part, threshold, deps), { concurrency: 1 })
  const storedBytes = records.reduce((sum, record) => sum + (record.storedBytes ?? 0), 0)
  const fill = { registry, ...(capacityBytes !== undefined && { capacityBytes }), storedBytes, exact: false }
  const isKnown = records.every(record => record.storedBytes !== undefined || record.firstSyncedAt === undefined)
  if (capacityBytes === undefined || (isKnown && !findPressure(fill, threshold))) return [{ fill, worlds: [] }]
  const worlds = await readWorlds(ids, deps)
  const exact = { ...fill, storedBytes: storedBytesOf(worlds.flatMap(world => world.images)), exact: true }
  return [{ fill: exact, worlds, pressure: findPressure(exact, threshold) }]
}

const readWorlds = (ids: readonly string[], { store, registries }: StorageDeps): Promise<RepositoryWorld[]> =>
  pMap(ids, id => readRepositoryWorld(id, store, registries), { concurrency })

/** A registry, or a part of it with a quota of its own. */
interface Look {
  readonly fill: RegistryFill
  readonly worlds: readonly RepositoryWorld[]
  readonly pressure?: Pressure | undefined
}

const partsOf = (records: readonly RepositoryRecord[]): [string, readonly RepositoryRecord[]][] => [
  ...Map.groupBy(
    records.filter(record => record.quota?.capacityBytes !== undefined),
    record => record.quota?.scope ?? '',
  ),
]

/**
 * By what the registry counts, in which each blob is there once and other repositories are too. How much is to go is then
 * taken from what is known of the images, of which their layers may not be.
 */
async function lookAtPart(
  registry: string,
  [scope, records]: readonly [string, readonly RepositoryRecord[]],
  threshold: number,
  deps: StorageDeps,
): Promise<Look> {
  const [latest] = records.toSorted((a, b) => (b.lastSyncedAt?.getTime() ?? 0) - (a.lastSyncedAt?.getTime() ?? 0))
  const { usedBytes: storedBytes = 0, capacityBytes = 0 } = latest?.quota ?? {}
  const fill = { registry: `${registry}/${scope}`, capacityBytes, storedBytes, exact: true }
  const pressure = findPressure(fill, threshold)
  if (!pressure) return { fill, worlds: [] }
  const ids = records.map(record => record.id)
  const worlds = await readWorlds(ids, deps)
  const knownBytes = storedBytesOf(worlds.flatMap(world => world.images))
  const lowWatermarkBytes = Math.max(0, knownBytes - (storedBytes - pressure.lowWatermarkBytes))
  return { fill, worlds, pressure: { ...pressure, lowWatermarkBytes } }
}
