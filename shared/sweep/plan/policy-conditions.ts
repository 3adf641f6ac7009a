import { secondsOf } from '../../domain/instant.ts'
import type { PolicyRecord, RunRecord } from '../../domain/records/policies.ts'
import { ScheduleError } from '../../domain/schedule.ts'
import type { InvalidInputError } from '../../errors.ts'
import { findCondition, withCondition } from '../../objects/conditions.ts'
import { isPaused, type Policy } from '../../objects/policy-object.ts'
import type { Condition } from '../../ports/cluster.ts'
import { unauthorizedText } from '../world/unauthorized.ts'
import { approvalCondition } from './approval-condition.ts'
import { dryRunCondition, keepsForOthers } from './dry-run-condition.ts'
import { findWaiting, isLate } from './due-since.ts'
import { nodeCacheCondition } from './node-cache-condition.ts'
import { isPartlyInForce, type PolicyFacts, type PolicyProblem } from './policy-facts.ts'
import { restoreCondition } from './restore-condition.ts'
import { rightsCondition } from './rights-condition.ts'
import { storageCondition } from './storage-condition.ts'

type Fresh = Omit<Condition, 'lastTransitionTime' | 'observedGeneration'>

/** What stops the policies of all clusters. */
export interface GlobalStop {
  /** By the kill switch. */
  readonly isPaused: boolean
  /** Which clusters cannot be read, and why; undefined where all can. */
  readonly unread: string | undefined
}

/** Where a policy may delete nothing, and where it can archive nothing, with what would let it. */
export interface LeftOut {
  readonly unauthorized: ReadonlyMap<string, string>
  readonly unarchivable: ReadonlyMap<string, string>
}

/** What keeps a readable policy from working; undefined where nothing does. */
export function problemOf(
  policy: Policy,
  error: InvalidInputError | undefined,
  everywhere: GlobalStop,
  { unauthorized, unarchivable }: LeftOut,
): PolicyProblem | undefined {
  if (error)
    return { reason: error instanceof ScheduleError ? error.reason : 'InvalidSchedule', message: error.message }
  if (policy.spec.suspend) return { reason: 'Suspended', message: 'spec.suspend is true: its marks are lifted' }
  const still = 'no new marks, nothing is deleted; marks that stand stay'
  if (isPaused(policy)) return { reason: 'Paused', message: `paused by its annotation: ${still}` }
  if (everywhere.isPaused) return { reason: 'Paused', message: `sweeps are paused by the kill switch: ${still}` }
  const { unread } = everywhere
  if (unread !== undefined) return { reason: 'ClusterUnavailable', message: `${unread}: ${still}` }
  if (unarchivable.size > 0) return { reason: 'ArchiveUnsupported', message: unauthorizedText(unarchivable) }
  if (unauthorized.size > 0) return { reason: 'NotAuthorized', message: unauthorizedText(unauthorized) }
  return undefined
}

/** Conditions that are there only while there is something to say. */
const passing = ['StoragePressure', 'ApprovalRequired', 'ClusterRights', 'NodeCacheServed', 'Restored']

export function conditionsOf(facts: PolicyFacts, now: Date): Condition[] {
  const { object, policy, record, problem } = facts
  const observedGeneration = object.metadata.generation
  const existing = (object.status.conditions as Condition[] | undefined) ?? []
  const fresh = [
    readyOf(problem ?? budgetProblem(policy, record), policy?.clamped ?? [], delayText(facts, now), facts),
    lastRunOf(record?.runs[0]),
    ...storageCondition(policy, record),
    ...approvalCondition(policy, record, now),
    ...rightsCondition(facts.missingRights),
    ...nodeCacheCondition(object),
    ...dryRunCondition(facts.heldByDryRun),
    ...restoreCondition(record),
  ]
  return fresh.reduce(
    (all, next) => withCondition(all, { ...next, observedGeneration }, now),
    existing.filter(
      one => !passing.includes(one.type) && !(one.type === keepsForOthers && facts.heldByDryRun === null),
    ),
  )
}

/** The last look found that judging it takes too long; a changed policy is looked at anew. */
function budgetProblem(policy: Policy | undefined, record: PolicyRecord | undefined): PolicyProblem | undefined {
  const [run] = record?.runs ?? []
  if (policy === undefined || run?.skipReason !== 'InvalidSpec' || record?.policyHash !== policy.hash) return undefined
  return { reason: 'InvalidSpec', message: run.message }
}

function readyOf(
  problem: PolicyProblem | undefined,
  clamped: readonly string[],
  delay: string | undefined,
  { record, coverage }: PolicyFacts,
): Fresh {
  if (problem && isPartlyInForce(problem.reason))
    return { type: 'Ready', status: 'False', ...problem, message: joined(problem.message, delay, ...clamped) }
  if (problem) return { type: 'Ready', status: 'False', ...problem }
  const message = joined('the policy is in force', delay, coverage, ...clamped, record?.foreignHosts)
  return { type: 'Ready', status: 'True', reason: delay === undefined ? 'Accepted' : 'PlanningDelayed', message }
}

const joined = (...texts: readonly (string | undefined)[]): string =>
  texts.filter(text => text !== undefined).join('; ')

/** What the status of a policy says that is late and was passed over again. */
function delayText({ object, policy, record, passedOver }: PolicyFacts, now: Date): string | undefined {
  const waiting = passedOver === undefined || policy === undefined ? undefined : findWaiting(policy, record, now)
  if (waiting === undefined) return undefined
  if (waiting.since === undefined) return `due and not planned yet: ${passedOver}`
  const since = new Date(Math.max(waiting.since.getTime(), inForceMs(object, now)))
  return isLate({ since }, now) ? `due since ${secondsOf(since)} and not planned yet: ${passedOver}` : undefined
}

/** Since when a policy can be planned, by its status: it did not wait for what passed while it was suspended. */
function inForceMs({ status }: PolicyFacts['object'], now: Date): number {
  const ready = findCondition(status, 'Ready')
  if (ready === undefined || isPartlyInForce(ready.reason)) return Number.NEGATIVE_INFINITY
  return ready.status === 'True' ? Date.parse(ready.lastTransitionTime) : now.getTime()
}

const lastRunOf = (run: RunRecord | undefined): Fresh =>
  run
    ? { type: 'LastRunSucceeded', status: statusOf(run), reason: reasonOf(run), message: run.message }
    : { type: 'LastRunSucceeded', status: 'Unknown', reason: 'NeverRun', message: 'no run yet' }

function statusOf(run: RunRecord): Condition['status'] {
  if (run.result === 'Running') return 'Unknown'
  return run.result === 'Success' ? 'True' : 'False'
}

/** The reason that conditions and Events give for how a run ended. */
export function reasonOf(run: RunRecord): string {
  if (run.result === 'Running') return 'Running'
  if (run.result === 'PartialFailure') return 'PartialFailure'
  if (run.result === 'Skipped') return run.skipReason ?? 'Superseded'
  return run.result === 'Success' ? 'RunSucceeded' : 'RunFailed'
}
