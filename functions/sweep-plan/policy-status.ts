import { sameStatus, withCondition } from '../../shared/cluster/conditions.ts'
import { secondsOf } from '../../shared/domain/instant.ts'
import type { PolicyRecord, RunRecord } from '../../shared/domain/records.ts'
import { nextRunAfter, ScheduleError } from '../../shared/domain/schedule.ts'
import type { InvalidInputError } from '../../shared/errors.ts'
import type { Cluster, Condition } from '../../shared/ports/cluster.ts'
import type { Policy } from '../../shared/sweep/policy-object.ts'

/** Writes the policy's status when it differs, and an Event when a run ended. */
export async function writePolicyStatus(
  cluster: Cluster,
  policy: Policy,
  record: PolicyRecord | undefined,
  problem: InvalidInputError | undefined,
  now: Date,
): Promise<void> {
  const status = policyStatus(policy, record, problem, now)
  if (sameStatus(policy.object.status, status)) return
  await cluster.applyStatus(policy.object, status)
  const [run] = record?.runs ?? []
  const before = policy.object.status.lastRun as { result?: string; startTime?: string; message?: string } | undefined
  if (run && (before?.result !== run.result || before.startTime !== secondsOf(run.startTime)))
    await cluster.recordEvent(policy.object, {
      type: run.result === 'Failed' || run.result === 'PartialFailure' ? 'Warning' : 'Normal',
      reason: reasonOf(run),
      message: run.message,
    })
}

function policyStatus(
  policy: Policy,
  record: PolicyRecord | undefined,
  problem: InvalidInputError | undefined,
  now: Date,
): Record<string, unknown> {
  const { schedule, timeZone, suspend } = policy.spec
  const next = schedule && !suspend && !problem ? nextRunAfter(schedule, timeZone, now) : undefined
  const [lastRun, ...history] = record?.runs ?? []
  return {
    observedGeneration: policy.object.metadata.generation,
    timeZone: timeZone ?? 'UTC',
    ...(record?.lastScheduleTime && { lastScheduleTime: secondsOf(record.lastScheduleTime) }),
    ...(next && { nextScheduleTime: secondsOf(next) }),
    ...(record?.lastSuccessfulTime && { lastSuccessfulTime: secondsOf(record.lastSuccessfulTime) }),
    ...(record?.lastHandledManualRun && { lastHandledManualRun: record.lastHandledManualRun }),
    totalDeleted: record?.totalDeleted ?? 0,
    totalFreedBytes: record?.totalFreedBytes ?? 0,
    ...(lastRun && { lastRun: runStatus(lastRun) }),
    ...(history.length > 0 && { history: history.map(runStatus) }),
    conditions: conditionsOf(policy, lastRun, problem, now),
  }
}

function runStatus({
  runId: _,
  startTime,
  completionTime,
  items,
  message,
  ...counts
}: RunRecord): Record<string, unknown> {
  return {
    ...counts,
    startTime: secondsOf(startTime),
    ...(completionTime && { completionTime: secondsOf(completionTime) }),
    message: message.slice(0, 4096),
    ...(items.length > 0 && { items: items.map(item => ({ ...item })) }),
  }
}

function conditionsOf(
  policy: Policy,
  run: RunRecord | undefined,
  problem: InvalidInputError | undefined,
  now: Date,
): Condition[] {
  const observedGeneration = policy.object.metadata.generation
  const existing = (policy.object.status.conditions as Condition[] | undefined) ?? []
  const ready = readyOf(policy, problem)
  const last: Omit<Condition, 'lastTransitionTime'> = run
    ? {
        type: 'LastRunSucceeded',
        status: statusOf(run),
        reason: reasonOf(run),
        message: run.message,
        observedGeneration,
      }
    : { type: 'LastRunSucceeded', status: 'Unknown', reason: 'NeverRun', message: 'no run yet', observedGeneration }
  return withCondition(withCondition(existing, { ...ready, observedGeneration }, now), last, now)
}

function readyOf(policy: Policy, problem: InvalidInputError | undefined): Omit<Condition, 'lastTransitionTime'> {
  if (problem !== undefined) {
    const reason = problem instanceof ScheduleError ? problem.reason : 'InvalidSchedule'
    return { type: 'Ready', status: 'False', reason, message: problem.message }
  }
  if (policy.spec.suspend)
    return { type: 'Ready', status: 'False', reason: 'Suspended', message: 'spec.suspend is true' }
  return { type: 'Ready', status: 'True', reason: 'Accepted', message: 'the policy is in force' }
}

function statusOf(run: RunRecord): Condition['status'] {
  if (run.result === 'Running') return 'Unknown'
  return run.result === 'Success' ? 'True' : 'False'
}

function reasonOf(run: RunRecord): string {
  if (run.result === 'Running') return 'Running'
  if (run.result === 'PartialFailure') return 'PartialFailure'
  return run.result === 'Success' ? 'RunSucceeded' : 'RunFailed'
}
