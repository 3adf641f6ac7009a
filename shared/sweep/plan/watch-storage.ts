import type { PolicyRecord } from '../../domain/records/policies.ts'
import type { Policy } from '../../objects/policy-object.ts'
import type { Draft } from '../../ports/store.ts'
import type { AllClusters } from '../world/cluster-lists.ts'
import { type PolicyWorldDeps, policyWorldOf, repositoriesOf } from '../world/read-policy-world.ts'
import { checkStorage, type StorageLook } from './check-storage.ts'
import { pressureRun } from './due-run.ts'
import { judgeLook, lookAtPolicy } from './look-at-policy.ts'
import { basisOf } from './look-basis.ts'
import type { PlanDeps, PlanResult } from './plan-deps.ts'
import { runSweep } from './run-sweep.ts'
import { selectImages } from './select-images.ts'
import { wantedOf } from './wanted-approval.ts'
import { listStandingMarks } from './withdraw-marks.ts'

interface Watch {
  readonly policy: Policy
  /** A registry may hold what only other clusters track: it is counted over all of them. */
  readonly all: AllClusters
  readonly worldDeps: PolicyWorldDeps
  readonly start: Draft<PolicyRecord>
  readonly found: PolicyRecord | undefined
  readonly now: Date
}

/**
 * Records how full the registries of a policy are, and starts a run where one is under pressure and something of it is to be deleted
 * would free anything there. Without either nothing but the record is written.
 */
export async function watchStorage(watch: Watch, deps: PlanDeps): Promise<PlanResult | undefined> {
  const { policy, all, found, now } = watch
  const storage = await checkStorage(policy, all.tracked, deps.capacityOf ?? (() => undefined), watch.worldDeps, now)
  const start = { ...watch.start, storage: storage.check }
  if (storage.pressures.length > 0) {
    const basis = await basisOf(policy, all, undefined, deps.store)
    const world = await policyWorldOf(worldsUnderPressure(policy, all, storage), all.tracked, now, watch.worldDeps)
    const look = await judgeLook(policy, all, world, deps)
    const selected = selectImages(look.permitted.evaluation, storage)
    // A person approves the whole plan of the policy, not that of the registries under pressure.
    const waiting = look.permitted.waiting && (await lookAtPolicy(policy, all, now, watch.worldDeps)).permitted.waiting
    const permitted = { ...look.permitted, waiting }
    const due = pressureRun(now)
    const standing = await listStandingMarks(start, deps.store, now)
    const context = {
      policy,
      due,
      start,
      found,
      stoppedBecause: undefined,
      now,
      standing,
      isPart: false,
      basis,
      all,
      ...look,
      permitted,
    }
    if (selected) return runSweep({ ...context, selected }, deps)
    if (waiting) {
      await deps.store.savePolicy({ ...start, approval: { ...start.approval, wanted: wantedOf(waiting) } }, found)
      return {
        policy: policy.id,
        run: `${policy.id}/${due.runId}`,
        message: `left out until a person approves: ${waiting.message}`,
        exceeded: true,
      }
    }
  }
  await deps.store.savePolicy(start, found)
  return undefined
}

function worldsUnderPressure(policy: Policy, { tracked }: AllClusters, { pressures, worlds }: StorageLook) {
  const covered = repositoriesOf([policy], tracked)
  return worlds.filter(({ id }) => covered.has(id) && pressures.some(({ registry }) => id.startsWith(`${registry}/`)))
}
