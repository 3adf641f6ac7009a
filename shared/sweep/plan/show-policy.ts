import type { PolicyRecord } from '../../domain/records/policies.ts'
import { ConflictError, NotFoundError, UnreadableRecordError } from '../../errors.ts'
import { policyIdOf } from '../../objects/policy-object.ts'
import type { Cluster } from '../../ports/cluster.ts'
import type { PlanDeps } from './plan-deps.ts'
import type { PolicyFacts, PolicyProblem } from './policy-facts.ts'
import { writePolicyStatus } from './policy-status.ts'

/** Shows in the status of a policy what is known of it. */
export async function showPolicy(
  cluster: Cluster,
  facts: Omit<PolicyFacts, 'record'>,
  { store, now }: Pick<PlanDeps, 'store' | 'now'>,
): Promise<void> {
  try {
    const read = await findPolicyRecord(policyIdOf(facts.object), store)
    await writePolicyStatus(cluster, { ...facts, ...read }, now())
  } catch (error) {
    // It changed or was deleted meanwhile, or is not reached: the next minute writes what is true then.
    if (!(error instanceof ConflictError || error instanceof NotFoundError)) throw error
  }
}

/** A policy whose record cannot be read does nothing, since what it did is not known; its status says so. */
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
