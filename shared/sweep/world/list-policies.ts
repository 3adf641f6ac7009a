import { InvalidInputError } from '../../errors.ts'
import { type Policy, parsePolicyObject, policyIdOf } from '../../objects/policy-object.ts'
import type { Cluster, CustomObject } from '../../ports/cluster.ts'

/** A policy object that cannot be read: it deletes nothing, and keeps what it may mean to keep. */
export interface RefusedPolicy {
  /** `cluster/namespace/name`. */
  readonly id: string
  readonly object: CustomObject
  /** Which field, what was expected there and what was given: shown in its status. */
  readonly message: string
}

export interface Policies {
  readonly accepted: readonly Policy[]
  readonly refused: readonly RefusedPolicy[]
}

/** Every policy of a cluster. */
export async function listPolicies(cluster: Cluster): Promise<Policies> {
  const accepted: Policy[] = []
  const refused: RefusedPolicy[] = []
  for (const object of await cluster.listObjects('ImageCleanupPolicy')) {
    try {
      accepted.push(parsePolicyObject(object))
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error
      refused.push({ id: policyIdOf(object), object, message: error.message })
    }
  }
  return { accepted, refused }
}
