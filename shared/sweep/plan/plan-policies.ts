import pMap from 'p-map'
import type { PolicyRecord } from '../../domain/records/policies.ts'
import { judgingCost } from '../../domain/retention/judging-budget.ts'
import {
  ConflictError,
  InvalidInputError,
  NotFoundError,
  SafetyLimitError,
  ShelflifeError,
  StoreUnavailableError,
  UnreadableRecordError,
} from '../../errors.ts'
import type { RefusedPolicy } from '../../objects/policy-object.ts'
import { approveAnnotation, type Policy, policyIdOf } from '../../objects/policy-object.ts'
import type { Cluster } from '../../ports/cluster.ts'
import { type ClusterLists, unreadText } from '../world/cluster-lists.ts'
import type { Policies } from '../world/list-policies.ts'
import { type ApprovalAnswer, answerApproval } from './answer-approval.ts'
import type { PlanDeps } from './plan-deps.ts'
import { planSweep } from './plan-sweep.ts'
import { problemOf } from './policy-conditions.ts'
import type { PolicyFacts, PolicyProblem } from './policy-facts.ts'
import { writePolicyStatus } from './policy-status.ts'
import { readScope } from './read-scope.ts'
import { hasOpenWork, withdrawMarks } from './withdraw-marks.ts'

const concurrency = 8

interface PlanLog {
  info(message: string, fields: Record<string, unknown>): void
  warn(message: string, fields: Record<string, unknown>): void
  error(message: string, fields: Record<string, unknown>): void
}

/** What an invocation needs to end by itself. */
const reserveMs = 20_000

/**
 * Every policy of every cluster: runs what is due, then shows in its status what is known. A policy that fails stops no
 * other; a cluster that cannot be read stops all from marking and deleting, and is tried again the next minute. What is
 * judged quickly comes first, and what the invocation has no time for is left to the next minute, in which it is due
 * still and others are not.
 */
export async function planPolicies(lists: ClusterLists, deps: PlanDeps, log: PlanLog): Promise<void> {
  const listed = await pMap(lists.clusters, cluster => lists.findPolicies(cluster), { concurrency })
  const planners: Planner[] = []
  for (const [place, cluster] of lists.clusters.entries()) {
    const policies = listed[place]
    if (policies)
      await attempt(`${cluster.name}/*`, log, async () => {
        planners.push(...(await openCluster(cluster, policies, lists, deps, log)))
      })
  }
  const inTurn = planners.toSorted((a, b) => a.weight - b.weight)
  for (const [place, { cluster, plan }] of inTurn.entries()) {
    if ((deps.remainingMs?.() ?? Number.POSITIVE_INFINITY) < reserveMs) {
      log.warn('no time left: the next minute goes on', { policies: inTurn.length - place })
      break
    }
    await attempt(`${cluster.name}/*`, log, plan)
  }
  for (const [cluster, error] of lists.unread) log.error('cluster not read: nothing is marked', { cluster, error })
}

/** One policy that is to be planned. */
interface Planner {
  readonly cluster: Cluster
  /** How much it takes to judge one tag by it. */
  readonly weight: number
  readonly plan: () => Promise<void>
}

async function openCluster(
  cluster: Cluster,
  policies: Policies,
  lists: ClusterLists,
  deps: PlanDeps,
  log: PlanLog,
): Promise<Planner[]> {
  await closeGone(cluster, policies, deps, log)
  const missingRights = await findMissingRights(cluster, deps.store)
  const show = (facts: Omit<PolicyFacts, 'record' | 'missingRights'>) =>
    showStatus(cluster, { ...facts, missingRights }, deps)
  for (const refused of policies.refused) {
    log.warn('policy refused', { detail: refused.message })
    await closeRefused(refused, deps, log)
    const problem = { reason: 'InvalidSpec', message: refused.message }
    await show({ object: refused.object, policy: undefined, problem })
  }
  const isPaused = await deps.killSwitch.isPaused()
  return policies.accepted.map(policy => ({
    cluster,
    weight: judgingCost(policy.spec, oneTag),
    plan: async () => {
      const answer = await answerOne(policy, lists, deps, log)
      const error = await planOne(policy, lists, deps, log)
      const { unauthorized, coverage } = await readScope(cluster, policy, lists)
      const problem = problemOf(policy, error, { isPaused, unread: unreadText(lists.unread) }, unauthorized)
      await show({ object: policy.object, policy, problem, coverage })
      if (answer) await attempt(policy.id, log, () => tellAnswer(cluster, policy, answer))
    },
  }))
}

const oneTag = { tags: 1, characters: 20 }

/** Marks of a policy whose object is gone would stand for ever. */
async function closeGone(cluster: Cluster, policies: Policies, deps: PlanDeps, log: PlanLog): Promise<void> {
  const present = new Set([...policies.accepted, ...policies.refused].map(({ object }) => policyIdOf(object)))
  const records = await deps.store.listPolicies(cluster.name)
  for (const record of records.filter(one => hasOpenWork(one) && !present.has(one.id)))
    await attempt(record.id, log, async () => {
      await withdrawMarks(record, { reason: 'the policy was deleted', skipReason: 'PolicyDeleted' }, deps)
    })
}

/** Nothing executes a policy that cannot be read. */
const closeRefused = ({ id, message }: RefusedPolicy, deps: PlanDeps, log: PlanLog): Promise<void> =>
  attempt(id, log, async () => {
    const record = await deps.store.findPolicy(id)
    const reason = `the policy cannot be read: ${message}`
    if (record) await withdrawMarks(record, { reason, skipReason: 'InvalidSpec' }, deps)
  })

/** What came of a person's approval; undefined where there was none, or where it waits for the next minute. */
async function answerOne(
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

/** Tells the person, and takes the annotation off, so that the same command works again; a newer one is left. */
async function tellAnswer(cluster: Cluster, policy: Policy, answer: ApprovalAnswer): Promise<void> {
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
async function planOne(
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

/** What is not reached or was changed meanwhile stops no other policy; a store that does not answer stops all. */
async function attempt(policy: string, log: PlanLog, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof ShelflifeError) || error instanceof StoreUnavailableError) throw error
    log.warn('sweep not planned: the next minute tries again', { policy, error })
  }
}

/** Of an inventory that cannot be read nothing is claimed here; the planner keeps everything because of it. */
async function findMissingRights({ name }: Cluster, store: PlanDeps['store']): Promise<readonly string[]> {
  try {
    return (await store.findInventory(name))?.missingRights ?? []
  } catch (error) {
    if (!(error instanceof UnreadableRecordError)) throw error
    return []
  }
}

/** A policy whose record cannot be read does nothing, since nobody knows what it did; its status says so. */
async function findPolicyRecord(
  id: string,
  store: PlanDeps['store'],
): Promise<{ readonly record: PolicyRecord | undefined; readonly problem?: PolicyProblem }> {
  try {
    return { record: await store.findPolicy(id) }
  } catch (error) {
    if (!(error instanceof UnreadableRecordError)) throw error
    return { record: undefined, problem: { reason: 'RecordUnreadable', message: error.message } }
  }
}

async function showStatus(cluster: Cluster, facts: Omit<PolicyFacts, 'record'>, deps: PlanDeps): Promise<void> {
  try {
    const read = await findPolicyRecord(policyIdOf(facts.object), deps.store)
    await writePolicyStatus(cluster, { ...facts, ...read }, deps.now())
  } catch (error) {
    // It changed or went away meanwhile, or is not reached: the next minute writes what is true then.
    if (!(error instanceof ConflictError || error instanceof NotFoundError)) throw error
  }
}
