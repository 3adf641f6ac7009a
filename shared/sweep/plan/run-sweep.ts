import type { ImageRecord } from '../../domain/records/images.ts'
import type { ApprovalState, PolicyRecord } from '../../domain/records/policies.ts'
import { partsOf } from '../../domain/repository-id.ts'
import { isPaused, type Policy } from '../../objects/policy-object.ts'
import { correlated, type SweepRequest } from '../../ports/messaging.ts'
import type { Draft } from '../../ports/store.ts'
import type { AllClusters } from '../world/cluster-lists.ts'
import type { Evaluation } from '../world/evaluate-policy.ts'
import { foreignHostsText } from '../world/foreign-hosts.ts'
import type { PermittedEvaluation } from '../world/hold-for-approval.ts'
import type { PolicyWorld } from '../world/read-policy-world.ts'
import { digestKey } from '../world/rivals.ts'
import { namespaceOf } from '../world/tenants.ts'
import { announceMarks } from './announce-marks.ts'
import type { DueRun } from './due-run.ts'
import type { PlanDeps, PlanResult } from './plan-deps.ts'
import { type MarkPlan, planMarks } from './plan-marks.ts'
import { handled, newRun, plannedRun, waits, withRun } from './run-report.ts'
import { noTurn, type Turn, type TurnAsked, takeTurn } from './take-turn.ts'
import { wantedOf } from './wanted-approval.ts'
import { nextLook } from './watch-marks.ts'
import { planLifts, withClockSkew } from './withdraw-marks.ts'
import { writeChanges } from './write-changes.ts'

/** One run of a policy with everything that was read for it. */
export interface RunContext {
  readonly policy: Policy
  readonly due: DueRun
  /** The policy's record as the run begins with it. */
  readonly start: Draft<PolicyRecord>
  /** The record as it is stored; of another object of the same name perhaps. */
  readonly found: PolicyRecord | undefined
  /** Why nothing may be marked or deleted now; undefined where it may. */
  readonly stoppedBecause: string | undefined
  readonly now: Date
  readonly world: PolicyWorld
  readonly evaluation: Evaluation
  /** The part of it that need not wait for approval. */
  readonly permitted: PermittedEvaluation
  /** The images that bear a mark of the policy, as its changes show. */
  readonly standing: readonly ImageRecord[]
  /** What else its marks rest on, see `basisOf`. */
  readonly basis: string
  /** True when only the repositories with marks were read: what is unchanged of a policy would delete nothing new elsewhere in this run. */
  readonly isPart: boolean
  /** Which images a run for storage gives up; undefined for any other run. */
  readonly selected?: (image: ImageRecord) => boolean
  /** Where the objects that track what is marked are found. */
  readonly all: Pick<AllClusters, 'clusters' | 'tracked' | 'tenants'>
}

/**
 * Marks, lifts, asks for executions, and records the run. Killed anywhere, the next invocation does what is left: the
 * run and the time of its first mark are recorded before that mark, and it counts as handled only when all are written.
 */
export async function runSweep(context: RunContext, deps: PlanDeps): Promise<PlanResult> {
  const { policy, due, start, world, permitted, stoppedBecause, isPart } = context
  const turn = takeTurn(permitted.evaluation, world.worlds, await turnAsked(context, deps))
  const plan = policy.spec.dryRun ? undefined : await planOf(context, turn, deps)
  const begun = plan && plan.marks.length > 0 ? await begin(context, deps) : undefined
  if (plan)
    await announceMarks({ policy, covered: context.evaluation.covered, worlds: world.worlds, ...plan }, context.all)
  const name = `${policy.id}/${due.runId}`
  const raced = plan
    ? await writeChanges([...plan.lifts, ...plan.marks], { ...deps, events: correlated(deps.events, name) })
    : 0
  if (plan && stoppedBecause === undefined) await deps.sweepQueue.sendSweepRequests(requestsOf(context, plan, begun))
  const base = begun ?? start
  const approval = approvalAfter(base.approval, context)
  const waiting = approval?.wanted && { repositories: approval.wanted.count, message: approval.wanted.message }
  const foreignHosts = foreignHostsOf(context)
  const left = { waitForPace: turn.waiting, waiting, foreignHosts }
  const run = plannedRun({ ...context, runs: base.runs, plan, ...left })
  const {
    wakeAt: _w,
    watch: _h,
    marksSince,
    pausedBy: _p,
    approval: _a,
    foreignHosts: _f,
    ...rest
  } = withRun(base, run, policy.spec.historyLimit)
  const since = plan ? plan.marksSince : marksSince
  const next = plan && waits({ plan, isPart }) ? nextLookOf(plan, raced, context) : {}
  await deps.store.savePolicy(
    {
      ...rest,
      ...(start.storage && { storage: start.storage }),
      ...handled(due, run),
      ...(stoppedBecause === undefined && { policyHash: policy.hash }),
      ...next,
      ...(since && { marksSince: since }),
      ...(isPaused(policy) && { pausedBy: 'annotation' }),
      ...(approval && { approval }),
      ...(foreignHosts !== undefined && { foreignHosts }),
    },
    begun ?? context.found,
  )
  const isAsking = permitted.waiting !== undefined && due.kind !== 'continue'
  return { policy: policy.id, run: name, message: run.message, exceeded: isAsking }
}

/** A look at a part of the policy does not show all hosts. */
const foreignHostsOf = ({ policy, isPart, start, world }: RunContext): string | undefined =>
  isPart ? start.foreignHosts : foreignHostsText([...world.worlds, ...world.skipped], namespaceOf(policy.object))

/** What waits for a person as of this look, and whether an approval still asks for a run. */
function approvalAfter(
  before: ApprovalState | undefined,
  { due, permitted, isPart }: RunContext,
): ApprovalState | undefined {
  const { wanted, run, ...rest } = before ?? {}
  // Whatever new run looks at everything does what an approval asked one for.
  const isWhole = due.kind !== 'continue' && due.kind !== 'pressure'
  // A run for storage looks at the registries under pressure alone.
  const isKnown = !isPart && (due.kind !== 'pressure' || permitted.waiting !== undefined)
  const next: ApprovalState = {
    ...rest,
    ...(run && !isWhole && { run }),
    ...(isKnown ? permitted.waiting && { wanted: wantedOf(permitted.waiting) } : wanted && { wanted }),
  }
  return Object.keys(next).length > 0 ? next : undefined
}

async function planOf(context: RunContext, turn: Turn, deps: PlanDeps): Promise<MarkPlan> {
  const { due, now, stoppedBecause, permitted, world } = context
  const mayRenew = stoppedBecause === undefined
  const marking = { runId: due.runId, now, mayMark: mayRenew ? turn.mayMark : noTurn.mayMark, mayRenew }
  return withMarksOutside(planMarks(permitted.evaluation, world.worlds, marking), context, deps)
}

/** What the run has marked so far: by the audit trail, which may lag behind, and as the images show. */
async function turnAsked(context: RunContext, { store }: PlanDeps): Promise<TurnAsked> {
  const { policy, due, start, now, world } = context
  const mayBegin = laterMarks(context)
  const run = start.runs.find(one => one.runId === due.runId)
  if (!run) return { marked: new Set(), mayBegin }
  const [from, to] = withClockSkew(run.startTime, now)
  const changes = await store.listPolicyChanges(policy.id, from, to)
  const recorded = changes.filter(change => change.action === 'marked' && change.runId === due.runId)
  const seen = world.worlds.flatMap(one => one.images).filter(isMarkedBy(policy, due.runId))
  return { marked: new Set([...recorded, ...seen].map(one => digestKey(one.repository, one.digest))), mayBegin }
}

const isMarkedBy =
  ({ id }: Policy, runId: string) =>
  ({ mark }: ImageRecord): boolean =>
    mark?.policy === id && mark.runId === runId

/**
 * A run that goes on marks what has come to be deleted since it began, as far as its pace lets it. What it failed to delete waits
 * for the next run, and a run for storage marks no more than it chose at its beginning.
 */
function laterMarks({ due, start, selected }: RunContext): TurnAsked['mayBegin'] {
  if (due.kind !== 'continue') return selected ?? (() => true)
  const current = start.runs.find(run => run.runId === due.runId)
  if (current?.trigger === 'StoragePressure') return () => false
  return ({ change }) => change.action !== 'delete-failed' || change.runId !== due.runId
}

/** The marks in repositories that were not read: of those that the policy covers they stay, of others they are lifted. */
async function withMarksOutside(plan: MarkPlan, context: RunContext, { store }: PlanDeps): Promise<MarkPlan> {
  const read = new Set(context.world.worlds.map(world => world.id))
  const covered = new Set(context.evaluation.covered.map(one => one.repository))
  const outside = context.standing.filter(image => !read.has(image.repository))
  const unread = outside.filter(image => covered.has(image.repository))
  const uncovered = outside.filter(image => !covered.has(image.repository))
  const reason = 'the policy does not cover its repository any more'
  const since = [plan.marksSince, ...unread.map(image => image.mark?.markedAt)].flatMap(at =>
    at ? [at.getTime()] : [],
  )
  return {
    ...plan,
    lifts: [...plan.lifts, ...(await planLifts(context.policy.id, uncovered, reason, store, context.now))],
    standing: plan.standing + unread.length,
    marksSince: since.length > 0 ? new Date(Math.min(...since)) : undefined,
  }
}

/** Recorded before the first mark is: whatever happens then, the marks can be found and the run is continued. */
async function begin({ policy, due, start, found, now }: RunContext, { store }: PlanDeps) {
  const [current] = start.runs
  if (start.marksSince && current?.runId === due.runId && current.result === 'Running') return undefined
  const run = start.runs.find(one => one.runId === due.runId) ?? newRun(due, policy.spec.dryRun)
  const draft = withRun(start, { ...run, result: 'Running' }, policy.spec.historyLimit)
  // A run for storage that is killed before its first mark ends with nothing; storage is then looked at again at once.
  const storage = start.storage && { storage: { ...start.storage, nextAt: now } }
  return store.savePolicy({ ...draft, ...storage, wakeAt: now, marksSince: start.marksSince ?? now }, found)
}

const nextLookOf = (plan: MarkPlan, raced: number, { policy, basis, now, stoppedBecause }: RunContext) =>
  nextLook({
    plan,
    raced,
    gracePeriodMs: policy.spec.gracePeriodMs,
    basis,
    isStopped: stoppedBecause !== undefined,
    now,
  })

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
