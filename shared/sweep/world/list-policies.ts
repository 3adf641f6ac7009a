import type { InstallationLimits } from '../../domain/policy/installation-limits.ts'
import { InvalidInputError } from '../../errors.ts'
import { type Policy, parsePolicyObject, policyIdOf, type RefusedPolicy } from '../../objects/policy-object.ts'
import type { Cluster, CustomObject } from '../../ports/cluster.ts'

export interface Policies {
  readonly accepted: readonly Policy[]
  readonly refused: readonly RefusedPolicy[]
}

/** Every policy of a cluster. */
export const listPolicies = async (cluster: Cluster, limits: InstallationLimits): Promise<Policies> =>
  readPolicies(await cluster.listObjects('ImageCleanupPolicy'), limits)

/** Those that can be read, and the others with why not. */
export function readPolicies(objects: readonly CustomObject[], limits: InstallationLimits): Policies {
  const accepted: Policy[] = []
  const refused: RefusedPolicy[] = []
  for (const object of objects) {
    try {
      accepted.push(parsePolicyObject(object, limits))
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error
      refused.push({ id: policyIdOf(object), object, message: error.message })
    }
  }
  return { accepted, refused }
}
