import { InvalidInputError, SafetyLimitError } from '../../errors.ts'
import { approveAnnotation, type Policy, restoreAnnotation } from '../../objects/policy-object.ts'
import type { Cluster } from '../../ports/cluster.ts'
import type { ClusterLists } from '../world/cluster-lists.ts'
import { type ApprovalAnswer, answerApproval } from './answer-approval.ts'
import { answerRestore, noteTaken } from './answer-restore.ts'
import { attempt, type PlanLog } from './plan-attempt.ts'
import type { PlanDeps } from './plan-deps.ts'
import { planSweep } from './plan-sweep.ts'

/** True where what a person asks to have restored was taken up, and the annotation is to come off. */
export async function restoreOne(policy: Policy, deps: PlanDeps, log: PlanLog): Promise<boolean> {
  let isTakenUp = false
  await attempt(policy.id, log, async () => {
    isTakenUp = await answerRestore(policy, deps)
  })
  return isTakenUp
}

/** Takes the annotation off, so that the same command works again; a newer one is left. */
export async function takeRestoreOff(cluster: Cluster, policy: Policy, deps: PlanDeps): Promise<void> {
  const { namespace, name, annotations } = policy.object.metadata
  const fresh = await cluster.findObject('ImageCleanupPolicy', namespace, name)
  if (!fresh || fresh.metadata.annotations[restoreAnnotation] !== annotations[restoreAnnotation]) return
  await cluster.annotate(fresh, { [restoreAnnotation]: null })
  await noteTaken(policy, deps)
}

/** How a person's approval was answered; undefined where there was none, or where it waits for the next minute. */
export async function answerOne(
  policy: Policy,
  lists: ClusterLists,
  deps: PlanDeps,
  log: PlanLog,
): Promise<ApprovalAnswer | undefined> {
  let answer: ApprovalAnswer | undefined
  await attempt(policy.id, log, async () => {
    answer = await answerApproval(policy, lists, deps)
    if (answer) log.info('approval handled', { policy: policy.id, detail: answer.message })
  })
  return answer
}

/**
 * Answers the person by an Event, and takes the annotation off, so that the same command works again; a newer one is
 * left.
 */
export async function announceAnswer(cluster: Cluster, policy: Policy, answer: ApprovalAnswer): Promise<void> {
  const { namespace, name, annotations } = policy.object.metadata
  const fresh = await cluster.findObject('ImageCleanupPolicy', namespace, name)
  if (!fresh || fresh.metadata.annotations[approveAnnotation] !== annotations[approveAnnotation]) return
  await cluster.recordEvent(fresh, {
    type: answer.accepted ? 'Normal' : 'Warning',
    reason: answer.accepted ? 'Approved' : 'ApprovalRefused',
    message: answer.message,
  })
  await cluster.annotate(fresh, { [approveAnnotation]: null })
}

/** Why the policy cannot be used as it is; undefined when it can. */
export async function planOne(
  policy: Policy,
  lists: ClusterLists,
  deps: PlanDeps,
  log: PlanLog,
): Promise<InvalidInputError | undefined> {
  let problem: InvalidInputError | undefined
  await attempt(policy.id, log, async () => {
    try {
      const result = await planSweep(policy, lists, deps)
      if (result) log.info('planned', { policy: result.policy, run: result.run, detail: result.message })
      if (result?.exceeded)
        log.error('a part of the plan waits for approval', {
          policy: result.policy,
          run: result.run,
          error: new SafetyLimitError(`${policy.id}: ${result.message}`),
        })
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error
      problem = error
    }
  })
  return problem
}
