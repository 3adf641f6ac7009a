import pMap from 'p-map'
import type { PolicyRecord } from '../../domain/records/policies.ts'
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
  const looks = await pMap(registries, registry => lookAt(registry, tracked, capacityOf(registry), threshold, deps), {
    concurrency: 1,
  })
  const fills = looks.map(look => look.fill)
  const hasReadAll = fills.some(fill => fill.exact)
  return {
    check: { checkedAt: now, nextAt: new Date(now.getTime() + (hasReadAll ? exactMs : quickMs)), registries: fills },
    pressures: fills.flatMap(fill => (fill.exact ? (findPressure(fill, threshold) ?? []) : [])),
    worlds: looks.flatMap(look => look.worlds),
  }
}

async function lookAt(
  registry: string,
  tracked: readonly CoveredObject[],
  capacityBytes: number | undefined,
  threshold: number,
  { store, registries }: StorageDeps,
): Promise<{ readonly fill: RegistryFill; readonly worlds: readonly RepositoryWorld[] }> {
  const ids = [...new Set(tracked.filter(one => one.registry === registry).map(one => one.repository))]
  const records = await store.findRepositories(ids)
  const storedBytes = records.reduce((sum, record) => sum + (record.storedBytes ?? 0), 0)
  const fill = { registry, ...(capacityBytes !== undefined && { capacityBytes }), storedBytes, exact: false }
  const isKnown = records.every(record => record.storedBytes !== undefined || record.firstSyncedAt === undefined)
  if (capacityBytes === undefined || (isKnown && !findPressure(fill, threshold))) return { fill, worlds: [] }
  const worlds = await pMap(ids, id => readRepositoryWorld(id, store, registries), { concurrency })
  const exactBytes = storedBytesOf(worlds.flatMap(world => world.images))
  return { fill: { ...fill, storedBytes: exactBytes, exact: true }, worlds }
}
