import { InvalidInputError } from '../errors.ts'
import type { Cluster, CustomObject } from '../ports/cluster.ts'
import { type Policy, parsePolicyObject } from './policy-object.ts'

export interface Policies {
  readonly accepted: readonly Policy[]
  /** Objects that cannot be read, with the reason to show in their status. */
  readonly refused: readonly { readonly object: CustomObject; readonly message: string }[]
}

/** Every policy of a cluster. */
export async function listPolicies(cluster: Cluster): Promise<Policies> {
  const accepted: Policy[] = []
  const refused: { object: CustomObject; message: string }[] = []
  for (const object of await cluster.listObjects('ImageCleanupPolicy')) {
    try {
      accepted.push(parsePolicyObject(object))
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error
      refused.push({ object, message: error.message })
    }
  }
  return { accepted, refused }
}
