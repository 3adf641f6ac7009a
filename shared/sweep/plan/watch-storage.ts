import type { PolicyRecord } from '../../domain/records.ts'
import type { Policy } from '../../objects/policy-object.ts'
import type { Draft } from '../../ports/store.ts'
import type { AllClusters } from '../world/cluster-lists.ts'
import { evaluateIn, type PolicyWorldDeps, policyWorldOf, repositoriesOf } from '../world/read-policy-world.ts'
import { checkStorage, type StorageNews } from './check-storage.ts'
import { runIdOf } from './due-run.ts'
import type { PlanDeps, PlanResult } from './plan-deps.ts'
import { runSweep } from './run-sweep.ts'
import { selectImages } from './select-images.ts'
import { listStandingMarks } from './withdraw-marks.ts'

interface Watch {
  readonly policy: Policy
  /** A registry may hold what only other clusters track: it is as full as all of them tell. */
  readonly all: AllClusters
  readonly worldDeps: PolicyWorldDeps
  readonly start: Draft<PolicyRecord>
  readonly found: PolicyRecord | undefined
  readonly now: Date
}

/**
 * Records how full the registries of a policy are, and starts a run where one is under pressure and something doomed
 * would free anything there. Without either nothing but the record is written.
 */
export async function watchStorage(watch: Watch, deps: PlanDeps): Promise<PlanResult | undefined> {
  const { policy, all, found, now } = watch
  const news = await checkStorage(policy, all.tracked, deps.capacityOf ?? (() => undefined), deps.store, now)
  const start = { ...watch.start, storage: news.check }
  if (news.pressures.length > 0) {
    const world = await policyWorldOf(worldsUnderPressure(policy, all, news), all.tracked, now, watch.worldDeps)
    const evaluation = evaluateIn(world, policy, all)
    const selected = selectImages(evaluation, news)
    const due = { kind: 'pressure' as const, runId: runIdOf(now, 'pressure'), at: now }
    const standing = await listStandingMarks(start, deps.store, now)
    const context = { policy, due, start, found, braked: undefined, now, standing, isPart: false, world, evaluation }
    if (selected) return runSweep({ ...context, selected }, deps)
  }
  await deps.store.savePolicy(start, found)
  return undefined
}

function worldsUnderPressure(policy: Policy, { tracked }: AllClusters, { pressures, worlds }: StorageNews) {
  const covered = repositoriesOf([policy], tracked)
  return worlds.filter(({ id }) => covered.has(id) && pressures.some(({ registry }) => id.startsWith(`${registry}/`)))
}
