import type { Policy } from '../../objects/policy-object.ts'
import type { AllClusters } from '../world/cluster-lists.ts'
import type { Evaluation } from '../world/evaluate-policy.ts'
import { holdForApproval, type PermittedEvaluation } from '../world/hold-for-approval.ts'
import {
  evaluateIn,
  type PoliciesOfAll,
  type PolicyWorld,
  type PolicyWorldDeps,
  readPolicyWorld,
} from '../world/read-policy-world.ts'

/** What a policy covers, what it says of it, and what of that may be marked. */
export interface PolicyLook {
  readonly world: PolicyWorld
  readonly evaluation: Evaluation
  readonly permitted: PermittedEvaluation
}

/** Reads what a policy covers, or only what is wanted of it, and judges it beside all others. Writes nothing. */
export async function lookAtPolicy(
  policy: Policy,
  all: AllClusters,
  now: Date,
  deps: PolicyWorldDeps,
  isWanted?: (repository: string) => boolean,
): Promise<PolicyLook> {
  return judgeLook(policy, all, await readPolicyWorld([policy], all.tracked, now, deps, isWanted), deps)
}

/** The same of a world that was read already. */
export async function judgeLook(
  policy: Policy,
  all: PoliciesOfAll,
  world: PolicyWorld,
  { store }: Pick<PolicyWorldDeps, 'store'>,
): Promise<PolicyLook> {
  const evaluation = evaluateIn(world, policy, all)
  return { world, evaluation, permitted: await holdForApproval(evaluation, world.worlds, store, world.now) }
}
