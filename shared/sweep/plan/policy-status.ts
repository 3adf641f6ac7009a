import { secondsOf } from '../../domain/instant.ts'
import { knownValue } from '../../domain/known-value.ts'
import {
  type ApprovalState,
  type PolicyRecord,
  type RecentDeletion,
  type RunRecord,
  runResults,
  runTriggers,
  sweepActions,
} from '../../domain/records/policies.ts'
import { nextRunAfter } from '../../domain/schedule.ts'
import { sameStatus } from '../../objects/conditions.ts'
import type { Cluster, Condition, CustomObject } from '../../ports/cluster.ts'
import { conditionsOf, reasonOf } from './policy-conditions.ts'
import { isPartlyInForce, type PolicyFacts } from './policy-facts.ts'
import { restoreEvent, restoreStatus } from './restore-condition.ts'

/** Writes the policy's status when it differs, and an Event when a run began or ended. */
export async function writePolicyStatus(cluster: Cluster, facts: PolicyFacts, now: Date): Promise<void> {
  const { object } = facts
  const record = facts.record?.uid === object.metadata.uid ? facts.record : undefined
  const status = policyStatus({ ...facts, record }, now)
  if (sameStatus(object.status, status)) return
  await cluster.applyStatus(object, status)
  await announceApprovalWanted(cluster, object, record)
  const restored = restoreEvent(object.status, record)
  if (restored) await cluster.recordEvent(object, restored)
  const [run] = record?.runs ?? []
  const before = object.status.lastRun as { result?: string; startTime?: string } | undefined
  if (run && (before?.result !== run.result || before.startTime !== secondsOf(run.startTime)))
    await cluster.recordEvent(object, {
      type:
        ['Failed', 'PartialFailure'].includes(run.result) || run.skipReason === 'DeadlineMissed' ? 'Warning' : 'Normal',
      reason: reasonOf(run),
      message: run.message,
    })
}

/** Once for each plan that is to be approved. */
async function announceApprovalWanted(
  cluster: Cluster,
  object: CustomObject,
  record: PolicyRecord | undefined,
): Promise<void> {
  const wanted = record?.approval?.wanted
  const before = object.status.approval as { hash?: string } | undefined
  if (wanted && before?.hash !== wanted.hash)
    await cluster.recordEvent(object, { type: 'Warning', reason: 'ApprovalRequired', message: wanted.message })
}

/** What waits for a person; the whole message stands in the condition. */
const approvalStatus = ({ hash, count, repositories }: NonNullable<ApprovalState['wanted']>) => ({
  hash,
  repositoryCount: count,
  repositories: repositories.map(one => ({ ...one })),
})

function policyStatus(facts: PolicyFacts, now: Date): Record<string, unknown> {
  const { object, policy, record } = facts
  const next = nextRun(facts, now)
  const [lastRun, ...history] = record?.runs ?? []
  const shown = (run: RunRecord) => runStatus(record?.id ?? '', run)
  const conditions = conditionsOf(facts, now)
  return {
    observedGeneration: object.metadata.generation,
    summary: summaryOf(conditions),
    marked: markedBy(lastRun),
    ...(policy && { timeZone: policy.spec.timeZone ?? 'UTC' }),
    ...(record?.lastScheduleTime && { lastScheduleTime: secondsOf(record.lastScheduleTime) }),
    ...(next && { nextScheduleTime: secondsOf(next) }),
    ...(record?.lastSuccessfulTime && { lastSuccessfulTime: secondsOf(record.lastSuccessfulTime) }),
    ...(record?.lastHandledManualRun && { lastHandledManualRun: record.lastHandledManualRun }),
    ...(record?.approval?.answer && { lastHandledApproval: record.approval.answer.value }),
    ...(record?.approval?.wanted && { approval: approvalStatus(record.approval.wanted) }),
    ...restoreStatus(record),
    ...(record?.deletions && { deletions: record.deletions.map(one => deletionStatus(record.id, one)) }),
    totalDeleted: record?.totalDeleted ?? 0,
    totalFreedBytes: record?.totalFreedBytes ?? 0,
    ...(lastRun && { lastRun: shown(lastRun) }),
    ...(history.length > 0 && { history: history.map(shown) }),
    conditions,
  }
}

/** `run` is what the annotation theriseunion.io/restore takes, as the digest is. */
const deletionStatus = (policy: string, { at, runId, tags, ...rest }: RecentDeletion) => ({
  ...rest,
  ...(tags.length > 0 && { tags: [...tags] }),
  time: secondsOf(at),
  run: `${policy}/${runId}`,
})

/** How it stands, in words: what keeps it from working, else how the last run went. */
function summaryOf(conditions: readonly Condition[]): string {
  const ready = conditions.find(one => one.type === 'Ready')
  const shown = ready?.status === 'False' ? ready : conditions.find(one => one.type === 'LastRunSucceeded')
  return (shown?.message ?? '').slice(0, 4096)
}

/** How many tags wait for the end of their grace. */
const markedBy = (run: RunRecord | undefined): number =>
  run?.result === 'Running' && !run.dryRun
    ? Math.max(0, run.candidates - run.deleted - (run.archived ?? 0) - run.failed)
    : 0

/**
 * Undefined where no run will start, by the policy's problem. One that is partly in force starts runs, which leave out
 * the repositories that it may not delete from, or cannot archive in.
 */
function nextRun({ policy, problem }: PolicyFacts, now: Date): Date | undefined {
  const { schedule, timeZone } = policy?.spec ?? {}
  const willStart = problem === undefined || isPartlyInForce(problem.reason)
  return schedule !== undefined && willStart ? nextRunAfter(schedule, timeZone, now) : undefined
}

/** `run` is what `history` prints and `restore --run` takes. */
function runStatus(policy: string, run: RunRecord): Record<string, unknown> {
  const {
    runId,
    manualRun: _m,
    skipReason: _s,
    startTime,
    completionTime,
    items,
    message,
    leftAlone: _l,
    ...rest
  } = run
  const { trigger: storedTrigger, result: storedResult, ...counts } = rest
  const trigger = knownValue(runTriggers, storedTrigger)
  const result = knownValue(runResults, storedResult)
  return {
    run: `${policy}/${runId}`,
    ...counts,
    ...(trigger && { trigger }),
    ...(result && { result }),
    startTime: secondsOf(startTime),
    ...(completionTime && { completionTime: secondsOf(completionTime) }),
    message: message.slice(0, 4096),
    ...(items.length > 0 && {
      items: items.flatMap(item => (knownValue(sweepActions, item.action) ? [{ ...item }] : [])),
    }),
  }
}
