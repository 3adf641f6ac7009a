import type { PolicyRecord, RunRecord } from '../../domain/records/policies.ts'
import { ScheduleError } from '../../domain/schedule.ts'
import type { InvalidInputError } from '../../errors.ts'
import { withCondition } from '../../objects/conditions.ts'
import { isPaused, type Policy } from '../../objects/policy-object.ts'
import type { Condition } from '../../ports/cluster.ts'
import { unauthorizedText } from '../world/unauthorized.ts'
import { approvalCondition } from './approval-condition.ts'
import type { PolicyFacts, PolicyProblem } from './policy-facts.ts'
import { rightsCondition } from './rights-condition.ts'
import { storageCondition } from './storage-condition.ts'

type Fresh = Omit<Condition, 'lastTransitionTime' | 'observedGeneration'>

/** What holds up the policies of all clusters. */
export interface Standstill {
  /** By the kill switch. */
  readonly isPaused: boolean
  /** Which clusters cannot be read, and why; undefined where all can. */
  readonly unread: string | undefined
}

/** What keeps a readable policy from working; undefined where nothing does. */
export function problemOf(
  policy: Policy,
  error: InvalidInputError | undefined,
  everywhere: Standstill,
  unauthorized: ReadonlyMap<string, string>,
): PolicyProblem | undefined {
  if (error)
    return { reason: error instanceof ScheduleError ? error.reason : 'InvalidSchedule', message: error.message }
  if (policy.spec.suspend) return { reason: 'Suspended', message: 'spec.suspend is true: its marks are lifted' }
  const still = 'no new marks, nothing is deleted; marks that stand stay'
  if (isPaused(policy)) return { reason: 'Paused', message: `paused by its annotation: ${still}` }
  if (everywhere.isPaused) return { reason: 'Paused', message: `sweeps are paused by the kill switch: ${still}` }
  const { unread } = everywhere
  if (unread !== undefined) return { reason: 'ClusterUnavailable', message: `${unread}: ${still}` }
  if (unauthorized.size > 0) return { reason: 'NotAuthorized', message: unauthorizedText(unauthorized) }
  return undefined
}

export function conditionsOf(facts: PolicyFacts, now: Date): Condition[] {
  const { object, policy, record, problem } = facts
  const observedGeneration = object.metadata.generation
  const existing = (object.status.conditions as Condition[] | undefined) ?? []
  const fresh = [
    readyOf(problem ?? budgetProblem(policy, record), policy?.clamped ?? [], facts),
    lastRunOf(record?.runs[0]),
    ...storageCondition(policy, record),
    ...approvalCondition(policy, record, now),
    ...rightsCondition(facts.missingRights),
  ]
  return fresh.reduce(
    (all, next) => withCondition(all, { ...next, observedGeneration }, now),
    existing.filter(one => !['StoragePressure', 'ApprovalRequired', 'ClusterRights'].includes(one.type)),
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
  { record, coverage }: PolicyFacts,
): Fresh {
  if (problem?.reason === 'NotAuthorized')
    return { type: 'Ready', status: 'False', ...problem, message: [problem.message, ...clamped].join('; ') }
  if (problem) return { type: 'Ready', status: 'False', ...problem }
  const message = ['the policy is in force', coverage ?? [], ...clamped, record?.foreignHosts ?? []].flat().join('; ')
  return { type: 'Ready', status: 'True', reason: 'Accepted', message }
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
