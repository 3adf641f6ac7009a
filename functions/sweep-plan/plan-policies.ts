import {
  ConflictError,
  InvalidInputError,
  NotFoundError,
  SafetyLimitError,
  ShelflifeError,
  StoreUnavailableError,
} from '../../shared/errors.ts'
import type { Cluster, CustomObject } from '../../shared/ports/cluster.ts'
import { listPolicies, type Policies, type RefusedPolicy } from '../../shared/sweep/list-policies.ts'
import { type Policy, policyIdOf } from '../../shared/sweep/policy-object.ts'
import { type PlanDeps, planSweep } from './plan-sweep.ts'
import { type PolicyProblem, problemOf } from './policy-conditions.ts'
import { writePolicyStatus } from './policy-status.ts'
import { hasOpenWork, withdrawMarks } from './withdraw-marks.ts'

interface PlanLog {
  info(message: string, fields: Record<string, unknown>): void
  warn(message: string, fields: Record<string, unknown>): void
  error(message: string, fields: Record<string, unknown>): void
}

/** Every policy of one cluster: runs what is due, then shows in its status what is known. One that fails stops no other. */
export async function planPolicies(cluster: Cluster, deps: PlanDeps, log: PlanLog): Promise<void> {
  const policies = await listPolicies(cluster)
  await closeGone(cluster, policies, deps, log)
  for (const refused of policies.refused) {
    log.warn('policy refused', { detail: refused.message })
    await closeRefused(refused, deps, log)
    await showStatus(cluster, refused.object, undefined, { reason: 'InvalidSpec', message: refused.message }, deps)
  }
  const paused = await deps.killSwitch.isPaused()
  for (const policy of policies.accepted) {
    const problem = await planOne(cluster, policy, policies, deps, log)
    await showStatus(cluster, policy.object, policy, problemOf(policy, problem, paused), deps)
  }
}

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

/** Why the policy cannot be used as it is; undefined when it can. */
async function planOne(
  cluster: Cluster,
  policy: Policy,
  policies: Policies,
  deps: PlanDeps,
  log: PlanLog,
): Promise<InvalidInputError | undefined> {
  let problem: InvalidInputError | undefined
  await attempt(policy.id, log, async () => {
    try {
      const result = await planSweep(cluster, policy, policies, deps)
      if (result) log.info('planned', { policy: result.policy, detail: result.message })
      if (result?.exceeded)
        log.error('sweep stopped by its limits', { error: new SafetyLimitError(`${policy.id}: ${result.message}`) })
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

async function showStatus(
  cluster: Cluster,
  object: CustomObject,
  policy: Policy | undefined,
  problem: PolicyProblem | undefined,
  deps: PlanDeps,
): Promise<void> {
  try {
    const record = await deps.store.findPolicy(policyIdOf(object))
    await writePolicyStatus(cluster, { object, policy, record, problem }, deps.now())
  } catch (error) {
    // It changed or went away meanwhile, or is not reached: the next minute writes what is true then.
    if (!(error instanceof ConflictError || error instanceof NotFoundError)) throw error
  }
}
