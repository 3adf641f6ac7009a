import type { ImageRecord, PolicyRecord } from '../../domain/records.ts'
import { partsOf } from '../../domain/repository-id.ts'
import type { Policy } from '../../objects/policy-object.ts'
import { correlated, type SweepRequest } from '../../ports/messaging.ts'
import type { Draft } from '../../ports/store.ts'
import { doomedDigestCount, type Evaluation } from '../world/evaluate-policy.ts'
import type { PolicyWorld } from '../world/read-policy-world.ts'
import type { DueRun } from './due-run.ts'
import type { PlanDeps, PlanResult } from './plan-deps.ts'
import { type Marking, type MarkPlan, planMarks } from './plan-marks.ts'
import { handled, newRun, plannedRun, waits, withRun } from './run-report.ts'
import { planLifts } from './withdraw-marks.ts'
import { writeChanges } from './write-changes.ts'

/** One run of a policy with everything that was read for it. */
export interface RunContext {
  readonly policy: Policy
  readonly due: DueRun
  /** The policy's record as the run begins with it. */
  readonly start: Draft<PolicyRecord>
  /** The record as it is stored; of another object of the same name perhaps. */
  readonly found: PolicyRecord | undefined
  /** Why everything stands still; undefined where it does not. */
  readonly braked: string | undefined
  readonly now: Date
  readonly world: PolicyWorld
  readonly evaluation: Evaluation
  /** The images that bear a mark of the policy, as its changes tell. */
  readonly standing: readonly ImageRecord[]
  /** True when only the repositories with marks were read: what is unchanged of a policy dooms nothing new elsewhere in this run. */
  readonly isPart: boolean
  /** Which images a run for storage gives up; undefined for any other run. */
  readonly selected?: (image: ImageRecord) => boolean
}

/** Marks that wait are looked at again so often, since the reason of one may be gone. */
const watchMs = 5 * 60_000
/** An execution that has not reported by then is asked for again; the queue knows whether it still runs. */
const executionPatienceMs = 10 * 60_000

/**
 * Marks, lifts, asks for executions, and records the run. Killed anywhere, the next invocation does what is left: the
 * run and the time of its first mark are recorded before that mark, and it counts as handled only when all are written.
 */
export async function runSweep(context: RunContext, deps: PlanDeps): Promise<PlanResult> {
  const { policy, due, start, world, evaluation, braked, isPart } = context
  const stopped = limitReason(evaluation)
  const plan = policy.spec.dryRun ? undefined : await planOf(context, stopped, deps)
  const begun = plan && plan.marks.length > 0 ? await begin(context, deps) : undefined
  const name = `${policy.id}/${due.runId}`
  const raced = plan
    ? await writeChanges([...plan.lifts, ...plan.marks], { ...deps, events: correlated(deps.events, name) })
    : 0
  if (plan && braked === undefined) await deps.sweepQueue.sendSweepRequests(requestsOf(context, plan, begun))
  const base = begun ?? start
  const run = plannedRun({ ...context, skipped: world.skipped.length, runs: base.runs, plan, stopped })
  const { wakeAt: _w, marksSince, ...rest } = withRun(base, run, policy.spec.historyLimit)
  const since = plan ? plan.marksSince : marksSince
  const wakeAt = plan && waits({ plan, stopped, isPart }) ? wakeTime(plan, raced, context) : undefined
  await deps.store.savePolicy(
    {
      ...rest,
      ...(start.storage && { storage: start.storage }),
      ...handled(due, run),
      ...(braked === undefined && { policyHash: policy.hash }),
      ...(wakeAt && { wakeAt }),
      ...(since && { marksSince: since }),
    },
    begun ?? context.found,
  )
  return { policy: policy.id, run: name, message: run.message, exceeded: stopped !== undefined }
}

function limitReason(evaluation: Evaluation): string | undefined {
  const { exceeded, reason } = evaluation.judgement.limits
  return exceeded ? `stopped by its limits, nothing was marked: ${reason ?? 'a limit is exceeded'}` : undefined
}

async function planOf(context: RunContext, stopped: string | undefined, deps: PlanDeps): Promise<MarkPlan> {
  const { evaluation, world } = context
  return withMarksOutside(planMarks(evaluation, world.worlds, markingOf(context, stopped)), context, deps)
}

function markingOf(context: RunContext, stopped: string | undefined): Marking {
  const { due, now, braked } = context
  const base = { runId: due.runId, now, ...(stopped !== undefined && { withdrawn: stopped }) }
  if (braked !== undefined) return { ...base, mayMark: () => false, mayRenew: false }
  return { ...base, mayMark: context.selected ?? laterMarks(context), mayRenew: true }
}

/**
 * A run that goes on marks what became doomed since it began, as long as it stays within its limits. What it failed to
 * delete waits for the next run, and a run for storage marks no more than it chose at its beginning.
 */
function laterMarks({ due, start, policy, evaluation }: RunContext): Marking['mayMark'] {
  if (due.kind !== 'continue') return () => true
  const current = start.runs.find(run => run.runId === due.runId)
  const isWithinLimits = (current?.deleted ?? 0) + doomedDigestCount(evaluation) <= policy.spec.maxDeletionsPerRun
  if (current?.trigger === 'StoragePressure' || !isWithinLimits) return () => false
  return ({ change }) => change.action !== 'delete-failed' || change.runId !== due.runId
}

/** The marks in repositories that were not read: of those that the policy covers they stay, of others they are lifted. */
async function withMarksOutside(plan: MarkPlan, context: RunContext, { store }: PlanDeps): Promise<MarkPlan> {
  const read = new Set(context.world.worlds.map(world => world.id))
  const covered = new Set(context.evaluation.covered.map(one => one.repository))
  const outside = context.standing.filter(image => !read.has(image.repository))
  const unread = outside.filter(image => covered.has(image.repository))
  const strays = outside.filter(image => !covered.has(image.repository))
  const reason = 'the policy does not cover its repository any more'
  const since = [plan.marksSince, ...unread.map(image => image.mark?.markedAt)].flatMap(at =>
    at ? [at.getTime()] : [],
  )
  return {
    ...plan,
    lifts: [...plan.lifts, ...(await planLifts(context.policy.id, strays, reason, store, context.now))],
    standing: plan.standing + unread.length,
    marksSince: since.length > 0 ? new Date(Math.min(...since)) : undefined,
  }
}

/** Recorded before the first mark is: whatever happens then, the marks can be found and the run is gone on with. */
async function begin({ policy, due, start, found, now }: RunContext, { store }: PlanDeps) {
  const [current] = start.runs
  if (start.marksSince && current?.runId === due.runId && current.result === 'Running') return undefined
  const run = start.runs.find(one => one.runId === due.runId) ?? newRun(due, policy.spec.dryRun)
  const draft = withRun(start, { ...run, result: 'Running' }, policy.spec.historyLimit)
  // A run for storage that is killed before its first mark ends with nothing; storage is then looked at again at once.
  const storage = start.storage && { storage: { ...start.storage, nextAt: now } }
  return store.savePolicy({ ...draft, ...storage, wakeAt: now, marksSince: start.marksSince ?? now }, found)
}

function wakeTime(plan: MarkPlan, raced: number, { now, braked }: RunContext): Date {
  if (raced > 0 || plan.standing === 0) return now
  const isExecuting = plan.matured.length > 0 && braked === undefined
  const latest = now.getTime() + (isExecuting ? executionPatienceMs : watchMs)
  return new Date(Math.min(plan.nextAt?.getTime() ?? latest, latest))
}

/** One request for each repository with matured marks; the number of the record names the attempt. */
function requestsOf(
  { policy, due, found }: RunContext,
  { matured }: MarkPlan,
  begun: PolicyRecord | undefined,
): SweepRequest[] {
  const { namespace, name } = policy.object.metadata
  const attempt = String((begun?.number ?? found?.number ?? 0) + 1)
  return [...new Set(matured.map(image => image.repository))].map(id => {
    const { registry, path: repository } = partsOf(id)
    return { cluster: policy.object.cluster, namespace, policy: name, runId: due.runId, registry, repository, attempt }
  })
}
