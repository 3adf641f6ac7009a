import type { PolicyRecord } from '../../domain/records/policies.ts'
import type { Policy } from '../../objects/policy-object.ts'
import type { CustomObject } from '../../ports/cluster.ts'

/** Why a policy does nothing: reason and message of its `Ready` condition. */
export interface PolicyProblem {
  readonly reason: string
  readonly message: string
}

/** True for a reason of `Ready` that stops a policy in some repositories alone: its runs start, and leave these out. */
export const isPartlyInForce = (reason: string | undefined): boolean =>
  reason === 'NotAuthorized' || reason === 'ArchiveUnsupported'

/** Everything the status of an ImageCleanupPolicy object is made of. */
export interface PolicyFacts {
  readonly object: CustomObject
  /** Undefined when the object cannot be read. */
  readonly policy: Policy | undefined
  readonly record: PolicyRecord | undefined
  readonly problem: PolicyProblem | undefined
  /** What of its scope is not there, see `read-scope.ts`; undefined where nothing is missing, or it was not looked. */
  readonly coverage?: string | undefined
  /** Why this run of the planner did not come to it; undefined where it did. */
  readonly passedOver?: string
  /** Rights that shelflife has not in the cluster of the policy, as the last inventory says. */
  readonly missingRights: readonly string[]
}
