import { amountText } from '../../shared/domain/amount-text.ts'
import { secondsOf } from '../../shared/domain/instant.ts'
import { clampPolicy } from '../../shared/domain/policy/clamp-policy.ts'
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
import { Progress } from '../io/progress.ts'
import { readPolicyFile } from '../io/read-files.ts'
import type { Streams } from '../io/streams.ts'
import { writeAll } from '../io/write-all.ts'
import { type LivePlan, planLive } from './live-plan.ts'
import { nextSweepOf } from './next-sweep.ts'
import { actionOf, type PlanHead } from './plan-head.ts'
import { outcomeOf, type PlanOutcome } from './plan-outcome.ts'
import { type Output, printPlan } from './print-plan.ts'
import type { PlanView } from './print-repository.ts'
import { writeReport } from './write-report.ts'

/** Which policy of the live state is planned, and how it is shown. */
export interface LivePlanRequest extends PlanView {
  /** `NAMESPACE/NAME`, or `CLUSTER/NAMESPACE/NAME`. */
  readonly policyName: string
  /** File of a changed policy, judged as if it stood under that name. */
  readonly against?: string
  readonly now: Date
  readonly output: Output
  /** File for the same as JSON. */
  readonly report?: string
}

/** Prints what the next sweep would do, or what a changed policy would change. Reads only. */
export async function runLivePlan(
  request: LivePlanRequest,
  installation: Installation,
  streams: Streams,
): Promise<PlanOutcome> {
  const changed = request.against === undefined ? undefined : await readPolicyFile(request.against)
  const clusters = await installation.connectClusters()
  const { policy, cluster } = await getPolicy(request.policyName, clusters, installation.rulebook.limits)
  const { store, settings, rulebook } = installation
  const all = await new ClusterLists(clusters, rulebook, settings.awsWorkloads).all()
  const own = all.unread.get(cluster.name)
  if (own !== undefined) throw own
  const against = changed && policyOf(policy, changed)
  const progress = new Progress(streams.stderr)
  try {
    const world = await readPolicyWorld(against ? [policy, against] : [policy], all.tracked, request.now, {
      store,
      clusters: workloadSourcesOf(settings),
      registries: rulebook,
      onRead: (read, repositories) => progress.show(`reading: ${read} of ${amountText(repositories, 'repository')}`),
    })
    const plan = await planLive(world, policy, all, store)
    const head = await headOf(request, policy, worldOf(policy, world), plan, all, installation)
    progress.end()
    const changedPlan = against && (await planLive(world, against, all, store))
    const print = (output: Output) => printPlan({ ...request, output }, head, plan, changedPlan, streams)
    await writeAll(print(request.output), streams.stdout)
    if (request.report !== undefined) streams.stderr.write(await writeReport(request.report, print('json')))
    return outcomeOf(changedPlan ?? plan)
  } finally {
    progress.end()
  }
}

/** The policy as it would be with another spec, within the limits of the installation. */
function policyOf(policy: Policy, wanted: Policy['spec']): Policy {
  const { spec, clamped } = clampPolicy(wanted, policy.limits)
  return { ...policy, spec, clamped, hash: policyHash(spec) }
}

async function headOf(
  { now }: LivePlanRequest,
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
