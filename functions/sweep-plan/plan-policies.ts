import {
  ConflictError,
  InvalidInputError,
  NotFoundError,
  SafetyLimitError,
  ShelflifeError,
  StoreUnavailableError,
} from '../../shared/errors.ts'
import type { Cluster } from '../../shared/ports/cluster.ts'
import { listPolicies } from '../../shared/sweep/list-policies.ts'
import type { Policy } from '../../shared/sweep/policy-object.ts'
import { type PlanDeps, planSweep } from './plan-sweep.ts'
import { writePolicyStatus } from './policy-status.ts'

interface PlanLog {
  info(message: string, fields: Record<string, unknown>): void
  warn(message: string, fields: Record<string, unknown>): void
  error(message: string, fields: Record<string, unknown>): void
}

/** Every policy of one cluster: runs what is due, then shows in its status what is known. One that fails stops no other. */
export async function planPolicies(cluster: Cluster, deps: PlanDeps, log: PlanLog): Promise<void> {
  const policies = await listPolicies(cluster)
  for (const { message } of policies.refused) log.warn('policy refused', { detail: message })
  for (const policy of policies.accepted) {
    const problem = await planOne(cluster, policy, policies.accepted, deps, log)
    await showStatus(cluster, policy, problem, deps)
  }
}

/** Why the policy cannot be used as it is; undefined when it can. */
async function planOne(
  cluster: Cluster,
  policy: Policy,
  all: readonly Policy[],
  deps: PlanDeps,
  log: PlanLog,
): Promise<InvalidInputError | undefined> {
  try {
    const result = await planSweep(cluster, policy, all, deps)
    if (result) log.info('planned', { policy: result.policy, detail: result.message })
    if (result?.exceeded)
      log.error('sweep stopped by its limits', { error: new SafetyLimitError(`${policy.id}: ${result.message}`) })
    return undefined
  } catch (error) {
    if (error instanceof InvalidInputError) return error
    if (!(error instanceof ShelflifeError) || error instanceof StoreUnavailableError) throw error
    log.warn('sweep not planned: the next minute tries again', { policy: policy.id, error })
    return undefined
  }
}

async function showStatus(
  cluster: Cluster,
  policy: Policy,
  problem: InvalidInputError | undefined,
  deps: PlanDeps,
): Promise<void> {
  try {
    await writePolicyStatus(cluster, policy, await deps.store.findPolicy(policy.id), problem, deps.now())
  } catch (error) {
    // It changed or went away meanwhile, or is not reached: the next minute writes what is true then.
    if (!(error instanceof ConflictError || error instanceof NotFoundError)) throw error
  }
}
