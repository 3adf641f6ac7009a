import { durationText, hourMs } from '../../domain/duration.ts'
import { secondsOf } from '../../domain/instant.ts'
import type { PolicyRecord } from '../../domain/records/policies.ts'
import { JudgingBudgetError } from '../../domain/retention/judging-budget.ts'
import { isPaused, type Policy } from '../../objects/policy-object.ts'
import type { KillSwitch } from '../../ports/platform.ts'
import type { Draft } from '../../ports/store.ts'
import { type AllClusters, type ClusterLists, unreadFor, unreadText } from '../world/cluster-lists.ts'
import { repositoriesOf } from '../world/read-policy-world.ts'
import { isStorageCheckDue } from './check-storage.ts'
import { type DueRun, dueRun, type MissedRun, pressureRun } from './due-run.ts'
import { isLate, waitingFor } from './due-since.ts'
import { lookAtPolicy } from './look-at-policy.ts'
import { basisOf } from './look-basis.ts'
import type { PlanDeps, PlanResult } from './plan-deps.ts'
import { recordOf, startOf } from './policy-start.ts'
import { handled, newRun, withRun } from './run-report.ts'
import { runSweep } from './run-sweep.ts'
import { hasLookedInVain } from './watch-marks.ts'
import { watchStorage } from './watch-storage.ts'
import { listStandingMarks, type Withdrawal, withdrawMarks } from './withdraw-marks.ts'

/**
 * Runs one policy if it is due: judges, marks, lifts marks, hands matured ones to execution. It cannot delete. While a
 * cluster cannot be read that pulls from what it covers, nothing is done, as under a pause: its policies may keep
 * anything.
 */
export async function planSweep(policy: Policy, lists: ClusterLists, deps: PlanDeps): Promise<PlanResult | undefined> {
  const now = deps.now()
  const found = await openRecord(policy, deps)
  const record = recordOf(policy, found)
  const due = dueRun(policy, record, now) ?? (await pauseChanged(policy, record, deps.killSwitch))
  const watches = !due && isStorageCheckDue(policy, record, now)
  if (!due && !watches) return undefined
  const paused = await pauseReason(policy, deps.killSwitch)
  if (paused !== undefined && due?.kind !== 'continue') return undefined
  const start = startOf(policy, record, now)
  if (due?.kind === 'missed') return noteMissed(policy, due, start, found, deps)
  const all = await lists.all()
  const unread = unreadFor(all.unread, repositoriesOf([policy], all.tracked), lists.rulebook)
  const stoppedBecause = paused ?? unreadText(unread)
  if (all.unread.has(policy.object.cluster) || (stoppedBecause !== undefined && due?.kind !== 'continue'))
    return undefined
  // A turn that kills the invocation leaves nothing behind, and without this the next one would begin with it again.
  const isNoted = isLate(waitingFor(due, policy, record, now), now)
  const stored = isNoted ? await deps.store.savePolicy(start, found) : found
  return planOrSkip(policy, { due, start, found: stored, stoppedBecause, all, now }, lists, deps)
}

interface Begun {
  readonly due: DueRun | undefined
  readonly start: Draft<PolicyRecord>
  readonly found: PolicyRecord | undefined
  /** Why nothing may be marked or deleted now; undefined where it may. */
  readonly stoppedBecause: string | undefined
  readonly all: AllClusters
  readonly now: Date
}

/** One that takes too long to judge is skipped: else every minute would read all that it covers, to find the same. */
async function planOrSkip(
  policy: Policy,
  begun: Begun,
  lists: ClusterLists,
  deps: PlanDeps,
): Promise<PlanResult | undefined> {
  try {
    return await planBegun(policy, begun, lists, deps)
  } catch (error) {
    if (!(error instanceof JudgingBudgetError)) throw error
    return skipTooCostly(policy, begun, error.message, deps)
  }
}

async function planBegun(
  policy: Policy,
  { due, start, found, stoppedBecause, all, now }: Begun,
  lists: ClusterLists,
  deps: PlanDeps,
): Promise<PlanResult | undefined> {
  const record = recordOf(policy, found)
  const worldDeps = { store: deps.store, clusters: lists.workloadSources, registries: lists.rulebook }
  if (!due) return watchStorage({ policy, all, worldDeps, start, found, now }, deps)
  const basis = await basisOf(policy, all, stoppedBecause, deps.store)
  if (isContinued(policy, due, record) && (await hasLookedInVain(basis, { start, found, now }, deps.store))) return
  const standing = await listStandingMarks(start, deps.store, now)
  const covered = repositoriesOf([policy], all.tracked)
  const marked = new Set(standing.map(image => image.repository).filter(id => covered.has(id)))
  const isPart = isContinued(policy, due, record) && marked.size > 0
  const part = isPart ? await lookAtPolicy(policy, all, now, worldDeps, id => marked.has(id)) : undefined
  // A person is asked for all that waits at once, which only a look at all repositories can show.
  const isEnough = part !== undefined && part.permitted.waiting === undefined
  const look = isEnough ? part : await lookAtPolicy(policy, all, now, worldDeps)
  return runSweep(
    { policy, due, start, found, stoppedBecause, now, standing, isPart: isEnough, basis, all, ...look },
    deps,
  )
}

/** True where the run goes on under the very policy that its marks were made by. */
const isContinued = ({ hash }: Policy, due: DueRun, record: PolicyRecord | undefined): boolean =>
  due.kind === 'continue' && record?.policyHash === hash

/**
 * The policy's record, without the marks that nothing will execute: those of another object of its name, those of a policy
 * that is suspended or on dry run by now, and those that were restored with the table, since their grace ran out elsewhere.
 */
async function openRecord(policy: Policy, deps: PlanDeps): Promise<PolicyRecord | undefined> {
  const found = await deps.store.findPolicy(policy.id)
  const isOther = found?.uid !== policy.object.metadata.uid
  const withdrawal = isOther ? replaced : (idleReason(policy) ?? (isRestored(found, deps) ? restored : undefined))
  return found && withdrawal ? withdrawMarks(found, withdrawal, deps) : found
}

const replaced: Withdrawal = { reason: 'the policy was deleted, another took its name', skipReason: 'PolicyDeleted' }

const restored: Withdrawal = { reason: 'the table was restored from a backup', skipReason: 'TableRestored' }

/** What began before the restore: its marks, or else its run. */
function isRestored({ marksSince, runs: [run] }: PolicyRecord, { restoredAt }: PlanDeps): boolean {
  const began = marksSince ?? (run?.result === 'Running' ? run.startTime : undefined)
  return restoredAt !== undefined && began !== undefined && began < restoredAt
}

function idleReason({ spec }: Policy): Withdrawal | undefined {
  if (spec.suspend) return { reason: 'the policy was suspended', skipReason: 'Suspended' }
  if (spec.dryRun) return { reason: 'the policy was put on dry run', skipReason: 'DryRun' }
  return undefined
}

/** Why a person has paused everything: no new run, no new mark, no execution. Undefined where nothing is paused. */
async function pauseReason(policy: Policy, killSwitch: KillSwitch): Promise<string | undefined> {
  if (isPaused(policy)) return byAnnotation
  return (await killSwitch.isPaused()) ? byKillSwitch : undefined
}

const byAnnotation = 'paused by its annotation'
const byKillSwitch = 'sweeps are paused by the kill switch'

/** A run under way is planned again when a pause begins, ends, or is another: its message names the pause. */
async function pauseChanged(
  policy: Policy,
  record: PolicyRecord | undefined,
  killSwitch: KillSwitch,
): Promise<DueRun | undefined> {
  const [run] = record?.runs ?? []
  if (run?.result !== 'Running' || policy.spec.suspend) return undefined
  const shown = [byAnnotation, byKillSwitch].find(reason => run.message.startsWith(reason))
  const reason = await pauseReason(policy, killSwitch)
  return shown === reason ? undefined : { kind: 'continue', runId: run.runId, at: run.startTime }
}

/** Its marks are lifted, since nothing will judge them again, and what it covers stays. */
async function skipTooCostly(
  policy: Policy,
  { due, found, now }: Begun,
  message: string,
  deps: PlanDeps,
): Promise<PlanResult> {
  const withdrawal = { reason: message, skipReason: 'InvalidSpec' }
  const later = new Date(now.getTime() + hourMs)
  const stored = found && (await withdrawMarks(found, withdrawal, deps))
  const { wakeAt: _w, watch: _h, approval, ...rest } = startOf(policy, recordOf(policy, stored), now)
  const { run: _asked, ...said } = approval ?? {}
  const asked = due ?? pressureRun(now)
  const run = {
    ...(rest.runs.find(one => one.runId === asked.runId) ?? newRun(asked, policy.spec.dryRun)),
    result: 'Skipped' as const,
    skipReason: 'InvalidSpec',
    completionTime: now,
    message,
  }
  await deps.store.savePolicy(
    {
      ...withRun(rest, run, policy.spec.historyLimit),
      ...handled(asked, run),
      policyHash: policy.hash,
      ...(approval && { approval: said }),
      ...(due === undefined && { storage: { registries: [], ...rest.storage, checkedAt: now, nextAt: later } }),
    },
    stored,
  )
  return { policy: policy.id, run: `${policy.id}/${run.runId}`, message, exceeded: false }
}

async function noteMissed(
  policy: Policy,
  due: MissedRun,
  start: Draft<PolicyRecord>,
  found: PolicyRecord | undefined,
  { store, now }: PlanDeps,
): Promise<PlanResult> {
  const deadline = durationText(policy.spec.startingDeadlineSeconds * 1000)
  const message = `the run of ${secondsOf(due.at)} missed its starting deadline of ${deadline}`
  const isBusy = start.runs[0]?.result === 'Running'
  const run = { ...newRun(due, policy.spec.dryRun), result: 'Skipped' as const, skipReason: 'DeadlineMissed', message }
  const draft = isBusy ? start : withRun(start, { ...run, completionTime: now() }, policy.spec.historyLimit)
  await store.savePolicy({ ...draft, lastScheduleTime: due.at }, found)
  return { policy: policy.id, run: `${policy.id}/${run.runId}`, message, exceeded: false }
}
