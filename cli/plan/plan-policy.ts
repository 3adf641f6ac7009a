import { secondsOf } from '../../shared/domain/instant.ts'
import { clampPolicy } from '../../shared/domain/policy/clamp-policy.ts'
import type { CleanupPolicy } from '../../shared/domain/policy/policy.ts'
import { policyHash } from '../../shared/domain/policy/policy-hash.ts'
import type { Policy } from '../../shared/objects/policy-object.ts'
import { workloadSourcesOf } from '../../shared/settings.ts'
import { type AllClusters, ClusterLists, unreadFor } from '../../shared/sweep/world/cluster-lists.ts'
import {
  type PolicyWorld,
  readPolicyWorld,
  repositoriesOf,
  worldOf,
} from '../../shared/sweep/world/read-policy-world.ts'
import { getPolicy } from '../connect/find-policy.ts'
import type { Installation } from '../connect/installation.ts'
import { type LivePlan, planLive } from './live-plan.ts'
import { nextSweepOf } from './next-sweep.ts'
import { actionOf, type PlanHead } from './plan-head.ts'

/** Which policy of the live state is planned. */
export interface PolicyPlanRequest {
  /** `NAMESPACE/NAME`, or `CLUSTER/NAMESPACE/NAME`. */
  readonly policyName: string
  /** The policy changed, judged as if it stood under that name. */
  readonly changed?: CleanupPolicy
  readonly now: Date
  /** Called while repositories are read. */
  readonly onRead?: (read: number, repositories: number) => void
}

/** What the next sweep of a policy would do, and beside it what the changed policy would. */
export interface PolicyPlan {
  readonly policy: Policy
  readonly head: PlanHead
  readonly plan: LivePlan
  readonly changedPlan?: LivePlan
}

/** Judges the live state as the sweep does. Reads only. */
export async function planPolicy(
  { policyName, changed, now, onRead = () => undefined }: PolicyPlanRequest,
  installation: Installation,
): Promise<PolicyPlan> {
  const clusters = await installation.connectClusters()
  const { policy, cluster } = await getPolicy(policyName, clusters, installation.rulebook.limits)
  const { store, settings, rulebook } = installation
  const all = await new ClusterLists(clusters, rulebook, settings.awsWorkloads).all()
  const own = all.unread.get(cluster.name)
  if (own !== undefined) throw own
  const against = changed && policyOf(policy, changed)
  const world = await readPolicyWorld(against ? [policy, against] : [policy], all.tracked, now, {
    store,
    clusters: workloadSourcesOf(settings),
    registries: rulebook,
    onRead,
  })
  const plan = await planLive(world, policy, all, store)
  const head = await headOf(now, policy, worldOf(policy, world), plan, all, installation)
  const changedPlan = against && (await planLive(world, against, all, store))
  return { policy, head, plan, ...(changedPlan && { changedPlan }) }
}

/** The policy as it would be with another spec, within the limits of the installation. */
function policyOf(policy: Policy, wanted: Policy['spec']): Policy {
  const { spec, clamped } = clampPolicy(wanted, policy.limits)
  return { ...policy, spec, clamped, hash: policyHash(spec) }
}

async function headOf(
  now: Date,
  policy: Policy,
  world: PolicyWorld,
  plan: LivePlan,
  { unread: everywhere, tracked }: AllClusters,
  installation: Installation,
): Promise<PlanHead> {
  const { namespace, name } = policy.object.metadata
  const { killSwitch, rulebook } = installation
  const unread = unreadFor(everywhere, repositoriesOf([policy], tracked), rulebook)
  return {
    version: 1,
    now: secondsOf(now),
    policy: `${namespace}/${name}`,
    usage: world.usage.complete ? 'complete' : 'incomplete',
    ...actionOf(policy.spec.action),
    sweep: nextSweepOf(policy, world, plan, { isStopped: await killSwitch.isPaused(), unread }),
  }
}
