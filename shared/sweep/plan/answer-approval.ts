import { amountText } from '../../domain/amount-text.ts'
import { type ApprovalRecord, isForPolicy, parseApproval } from '../../domain/approval.ts'
import { secondsOf } from '../../domain/instant.ts'
import type { ApprovalState, PolicyRecord } from '../../domain/records/policies.ts'
import { approveAnnotation, type Policy } from '../../objects/policy-object.ts'
import type { Draft } from '../../ports/store.ts'
import { type ClusterLists, unreadFor } from '../world/cluster-lists.ts'
import { approvedPolicyOf, type WaitingPlan } from '../world/hold-for-approval.ts'
import { repositoriesOf } from '../world/read-policy-world.ts'
import { lookAtPolicy } from './look-at-policy.ts'
import type { PlanDeps } from './plan-deps.ts'
import { recordOf, startOf } from './policy-start.ts'
import { saveApproval } from './save-approval.ts'
import { wantedOf } from './wanted-approval.ts'

/** How an annotation that approves a plan was answered. */
export type ApprovalAnswer = NonNullable<ApprovalState['answer']>

/**
 * Handles the annotation by which a person approves a plan: the plan is made anew, and only where it is that very plan
 * is the approval recorded. Undefined where there is no annotation, or where what waits cannot be known now: it then
 * stays. Killed anywhere, the next invocation finds the annotation and does what is left.
 */
export async function answerApproval(
  policy: Policy,
  lists: ClusterLists,
  deps: PlanDeps,
): Promise<ApprovalAnswer | undefined> {
  const value = policy.object.metadata.annotations[approveAnnotation]
  if (value === undefined) return undefined
  const now = deps.now()
  const request = parseApproval(value)
  const approvals = await deps.store.listApprovals(policy.id)
  const given = approvals.find(
    one => one.hash === request.hash && isForPolicy(one, approvedPolicyOf(policy)) && now < one.expiresAt,
  )
  // It may not count above the limit of the installation, which only a look can show.
  const isEnough = given?.onTable === true || policy.limits.maxDeletionPercent === 100
  if (given && isEnough) return record(policy, accepted(value, given, now), deps)
  const all = await lists.all()
  if (unreadFor(all.unread, repositoriesOf([policy], all.tracked), lists.rulebook).size > 0) return undefined
  const worldDeps = { store: deps.store, clusters: lists.workloadSources, registries: lists.rulebook }
  const look = await lookAtPolicy(policy, all, now, worldDeps)
  const { waiting } = look.permitted
  if (given && waiting?.hash !== given.hash) return record(policy, accepted(value, given, now), deps)
  if (waiting === undefined || waiting.hash !== request.hash)
    return record(policy, refused(value, request.hash, waiting, now), deps)
  if (waiting.needsTable) return record(policy, refusedForTable(value, waiting, now), deps)
  const { by } = request
  const approval = await saveApproval(
    { policy, waiting, ...(by !== undefined && { by }), onTable: false },
    approvals,
    deps,
  )
  return record(policy, accepted(value, approval, now), deps)
}

/** What the policy's record is to say. */
interface Outcome {
  readonly answer: ApprovalAnswer
  /** What waits now. */
  readonly wanted?: ApprovalState['wanted']
  readonly approval?: ApprovalRecord
}

function accepted(value: string, approval: ApprovalRecord, now: Date): Outcome {
  const { hash, images, expiresAt } = approval
  const message = `approved the plan ${hash}: ${amountText(images, 'image')} may be deleted, until ${secondsOf(expiresAt)}`
  return { approval, answer: { value: shown(value), at: now, accepted: true, message } }
}

function refused(value: string, hash: string, waiting: WaitingPlan | undefined, now: Date): Outcome {
  const message = waiting
    ? `expected the hash ${waiting.hash} of the plan that waits, got ${shown(hash)}: nothing was approved; ${waiting.message}`
    : `expected no approval, since nothing waits for one, got ${shown(hash)}`
  return {
    answer: { value: shown(value), at: now, accepted: false, message },
    ...(waiting && { wanted: wantedOf(waiting) }),
  }
}

const refusedForTable = (value: string, waiting: WaitingPlan, now: Date): Outcome => ({
  answer: {
    value: shown(value),
    at: now,
    accepted: false,
    message: `expected an approval of somebody who may write the table of the installation, got an annotation: nothing was approved; ${waiting.message}`,
  },
  wanted: wantedOf(waiting),
})

/** Whatever a person wrote, it does not fill the record or the terminal of whoever reads it. */
const shown = (value: string): string => value.replace(/\p{C}/gu, '?').slice(0, 256)

/** Recorded before the annotation is removed. An approval begins a run, once. */
async function record(policy: Policy, outcome: Outcome, { store }: PlanDeps): Promise<ApprovalAnswer> {
  const found = await store.findPolicy(policy.id)
  const start = startOf(policy, recordOf(policy, found), outcome.answer.at)
  const next = approvalState(start.approval, outcome)
  if (next) await store.savePolicy(withApproval(start, next), found)
  return outcome.answer
}

const withApproval = (start: Draft<PolicyRecord>, approval: ApprovalState): Draft<PolicyRecord> => ({
  ...start,
  approval,
})

/** Undefined where the record says it all. */
function approvalState(
  before: ApprovalState | undefined,
  { answer, wanted, approval }: Outcome,
): ApprovalState | undefined {
  const { wanted: _, ...rest } = before ?? {}
  if (!approval) return { ...rest, answer, ...(wanted && { wanted }) }
  if (before?.until?.getTime() === approval.expiresAt.getTime()) return undefined
  const run = { runId: `approved-${approval.hash}-${approval.change.id.slice(0, 8)}`, at: answer.at }
  return { ...rest, answer, until: approval.expiresAt, run }
}
