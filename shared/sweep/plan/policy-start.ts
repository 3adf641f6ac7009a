import type { PolicyRecord } from '../../domain/records/policies.ts'
import type { Policy } from '../../objects/policy-object.ts'
import type { Draft } from '../../ports/store.ts'

/** The record, unless it is of another object of the policy's name. */
export const recordOf = ({ object }: Policy, found: PolicyRecord | undefined): PolicyRecord | undefined =>
  found?.uid === object.metadata.uid ? found : undefined

/** The policy's record as a turn begins with it, which all that is written of that turn is made of. */
export const startOf = (
  { id, object }: Policy,
  record: PolicyRecord | undefined,
  plannedAt: Date,
): Draft<PolicyRecord> => {
  const { number: _, ...rest } = record ?? { totalDeleted: 0, totalFreedBytes: 0, runs: [], number: 0 }
  return { ...rest, id, uid: object.metadata.uid, plannedAt }
}
