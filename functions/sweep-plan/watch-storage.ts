import type { PolicyRecord } from '../../shared/domain/records.ts'
import { ShelflifeError, StoreUnavailableError } from '../../shared/errors.ts'
import type { Cluster } from '../../shared/ports/cluster.ts'
import type { Draft } from '../../shared/ports/store.ts'
import type { Policies } from '../../shared/sweep/list-policies.ts'
import type { Policy } from '../../shared/sweep/policy-object.ts'
import { type CoveredObject, coveredBy, listTrackedObjects } from '../../shared/sweep/policy-scope.ts'
import { checkStorage, type StorageNews } from './check-storage.ts'
import { runIdOf } from './due-run.ts'
import { judgeWorlds } from './judge-worlds.ts'
import type { PlanDeps, PlanResult } from './plan-sweep.ts'
import { runSweep } from './run-sweep.ts'
import { selectImages } from './select-images.ts'
import { listStandingMarks } from './withdraw-marks.ts'

interface Watch {
  readonly cluster: Cluster
  readonly policy: Policy
  readonly policies: Policies
  readonly tracked: readonly CoveredObject[]
  readonly start: Draft<PolicyRecord>
  readonly found: PolicyRecord | undefined
  readonly now: Date
}

/**
 * Records how full the registries of a policy are, and starts a run where one is under pressure and something doomed
 * would free anything there. Without either nothing but the record is written.
 */
export async function watchStorage(watch: Watch, deps: PlanDeps): Promise<PlanResult | undefined> {
  const { policy, policies, tracked, found, now } = watch
  const everywhere = [...tracked, ...(await trackedElsewhere(watch, deps))]
  const news = await checkStorage(policy, everywhere, deps.capacityOf ?? (() => undefined), deps.store, now)
  const start = { ...watch.start, storage: news.check }
  if (news.pressures.length > 0) {
    const worlds = worldsUnderPressure(policy, tracked, news)
    const gathered = await judgeWorlds(policy, policies, tracked, worlds, deps, now)
    const selected = selectImages(gathered.evaluation, news)
    const due = { kind: 'pressure' as const, runId: runIdOf(now, 'pressure'), at: now }
    const standing = await listStandingMarks(start, deps.store, now)
    const context = { policy, due, start, found, braked: undefined, now, standing, isPart: false, ...gathered }
    if (selected) return runSweep({ ...context, selected }, deps)
  }
  await deps.store.savePolicy(start, found)
  return undefined
}

function worldsUnderPressure(policy: Policy, tracked: readonly CoveredObject[], { pressures, worlds }: StorageNews) {
  const covered = new Set(coveredBy(policy, tracked).map(one => one.repository))
  return worlds.filter(({ id }) => covered.has(id) && pressures.some(({ registry }) => id.startsWith(`${registry}/`)))
}

/** A registry may hold what only other clusters track. One that is not reached leaves the sum too small, never too large. */
async function trackedElsewhere({ cluster }: Watch, { trackers = [], canonicalHost }: PlanDeps) {
  const found: CoveredObject[] = []
  for (const other of trackers.filter(one => one.name !== cluster.name)) {
    try {
      found.push(...(await listTrackedObjects(other, canonicalHost)))
    } catch (error) {
      if (!(error instanceof ShelflifeError) || error instanceof StoreUnavailableError) throw error
    }
  }
  return found
}
