import pMap from 'p-map'
import type { PolicyRecord } from '../../shared/domain/records.ts'
import type { Cluster } from '../../shared/ports/cluster.ts'
import type { EventPublisher, SweepQueue, SweepRequest } from '../../shared/ports/messaging.ts'
import type { KillSwitch } from '../../shared/ports/platform.ts'
import type { Draft, Store } from '../../shared/ports/store.ts'
import { type Evaluation, evaluatePolicy } from '../../shared/sweep/evaluate-policy.ts'
import type { Policy } from '../../shared/sweep/policy-object.ts'
import { type CoveredObject, coveredBy, listTrackedObjects } from '../../shared/sweep/policy-scope.ts'
import { type RepositoryWorld, readRepositoryWorld, readUsage } from '../../shared/sweep/read-world.ts'
import { type DueRun, dueRun } from './due-run.ts'
import { type MarkPlan, planMarks } from './plan-marks.ts'
import { finishedRun, withRun } from './run-report.ts'

export interface PlanDeps {
  readonly store: Store
  readonly sweepQueue: SweepQueue
  readonly events: EventPublisher
  readonly killSwitch: KillSwitch
  readonly clusters: readonly string[]
  readonly canonicalHost: (host: string) => string
  readonly now: () => Date
}

export interface PlanResult {
  readonly policy: string
  readonly message: string
  /** True when the plan exceeds what the policy lets one sweep delete. */
  readonly exceeded: boolean
}

const concurrency = 8
/** An execution that has not reported by then is asked for again; the queue knows whether it still runs. */
const executionPatienceMs = 10 * 60_000

/** Runs one policy if it is due: judges, marks, lifts marks, hands matured ones to execution. It cannot delete. */
export async function planSweep(
  cluster: Cluster,
  policy: Policy,
  others: readonly Policy[],
  deps: PlanDeps,
): Promise<PlanResult | undefined> {
  const now = deps.now()
  const found = await deps.store.findPolicy(policy.id)
  const record = found?.uid === policy.object.metadata.uid ? found : undefined
  const due = dueRun(policy, record, now)
  if (!due) return undefined
  if (due.kind === 'missed') {
    await deps.store.savePolicy({ ...startOf(policy, record), lastScheduleTime: due.at }, found)
    return {
      policy: policy.id,
      message: `run of ${due.at.toISOString()} missed its starting deadline`,
      exceeded: false,
    }
  }
  const tracked = await listTrackedObjects(cluster, deps.canonicalHost)
  const ids = [...new Set(coveredBy(policy, tracked).map(one => one.repository))]
  const worlds = await pMap(ids, id => readRepositoryWorld(id, deps.store), { concurrency })
  const known = worlds.filter(world => world.record?.lastOutcome?.succeeded === true)
  const usage = await readUsage(known, deps.clusters, deps.store, now)
  const evaluation = evaluatePolicy(policy, others, tracked, known, usage, now)
  return act(
    { policy, due, record, found, evaluation, worlds: known, skipped: worlds.length - known.length, tracked },
    deps,
  )
}

interface Sweep {
  readonly policy: Policy
  readonly due: Exclude<DueRun, { kind: 'missed' }>
  readonly record: PolicyRecord | undefined
  readonly found: PolicyRecord | undefined
  readonly evaluation: Evaluation
  readonly worlds: readonly RepositoryWorld[]
  /** Repositories left out because their last sync failed. */
  readonly skipped: number
  readonly tracked: readonly CoveredObject[]
}

async function act(sweep: Sweep, deps: PlanDeps): Promise<PlanResult> {
  const { policy, due, record, evaluation } = sweep
  const now = deps.now()
  const stopped = await stopReason(sweep, deps.killSwitch)
  const plan =
    stopped === undefined && !policy.spec.dryRun
      ? planMarks(evaluation, sweep.worlds, due.runId, due.at, now)
      : undefined
  if (plan) await writeMarks(plan, evaluation.covered, deps)
  const attempt = String((sweep.found?.number ?? 0) + 1)
  const requests = plan ? requestsOf(policy, due.runId, attempt, plan, evaluation.covered) : []
  await deps.sweepQueue.sendSweepRequests(requests)
  const waiting = plan !== undefined && (plan.nextAt !== undefined || plan.matured.length > 0)
  const run = finishedRun({
    evaluation,
    due,
    record,
    stopped,
    waiting,
    skipped: sweep.skipped,
    nextAt: plan?.nextAt,
    now,
  })
  const draft = withRun(startOf(policy, record), run, due, policy.spec.historyLimit)
  const wakeAt = waiting ? wakeTime(plan, now) : undefined
  await deps.store.savePolicy({ ...draft, ...(wakeAt && { wakeAt }) }, sweep.found)
  return { policy: policy.id, message: run.message, exceeded: evaluation.judgement.limits.exceeded }
}

/** Why nothing may be deleted by this run; undefined when it may go on. */
async function stopReason(sweep: Sweep, killSwitch: KillSwitch): Promise<string | undefined> {
  const { exceeded, reason } = sweep.evaluation.judgement.limits
  if (exceeded) return `stopped by its limits, nothing was marked: ${reason ?? 'a limit is exceeded'}`
  if (await killSwitch.isPaused()) return 'sweeps are paused by the kill switch, nothing was marked'
  return undefined
}

/** Writes the marks, and wakes reconcile so that the objects show them before their grace is over. */
async function writeMarks(
  plan: MarkPlan,
  covered: readonly CoveredObject[],
  { store, events }: PlanDeps,
): Promise<void> {
  await pMap(plan.changes, ({ draft, previous }) => store.saveImage(draft, previous), { concurrency })
  const changed = new Set(plan.changes.map(({ previous }) => previous.repository))
  const once = new Map(covered.map(({ registry, path, repository }) => [repository, { registry, repository: path }]))
  await events.publishEvents(
    'RepositorySynced',
    [...once].flatMap(([id, detail]) => (changed.has(id) ? [detail] : [])),
  )
}

function wakeTime(plan: MarkPlan, now: Date): Date {
  const patience = plan.matured.length > 0 ? now.getTime() + executionPatienceMs : Number.POSITIVE_INFINITY
  return new Date(Math.min(plan.nextAt?.getTime() ?? Number.POSITIVE_INFINITY, patience))
}

function requestsOf(
  policy: Policy,
  runId: string,
  attempt: string,
  plan: MarkPlan,
  covered: readonly CoveredObject[],
): SweepRequest[] {
  const { namespace, name } = policy.object.metadata
  const repositories = new Set(plan.matured.map(image => image.repository))
  return [...repositories].flatMap(id => {
    const one = covered.find(each => each.repository === id)
    if (!one) return []
    return [
      {
        cluster: policy.object.cluster,
        namespace,
        policy: name,
        runId,
        registry: one.registry,
        repository: one.path,
        attempt,
      },
    ]
  })
}

const startOf = (policy: Policy, record: PolicyRecord | undefined): Draft<PolicyRecord> => {
  const {
    number: _n,
    wakeAt: _w,
    ...rest
  } = record ?? { totalDeleted: 0, totalFreedBytes: 0, runs: [], number: 0, wakeAt: undefined }
  return { ...rest, id: policy.id, uid: policy.object.metadata.uid }
}
