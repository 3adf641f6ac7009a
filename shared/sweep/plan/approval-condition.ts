import type { PolicyRecord } from '../../domain/records/policies.ts'
import type { Policy } from '../../objects/policy-object.ts'
import type { Condition } from '../../ports/cluster.ts'

type Fresh = Omit<Condition, 'lastTransitionTime' | 'observedGeneration'>

/**
 * What of a policy waits for a person, and how to approve it; or, while an approval lasts, that it does. Nothing for a
 * policy that never asked. A refused approval is shown until the next one, with what was expected.
 */
export function approvalCondition(policy: Policy | undefined, record: PolicyRecord | undefined, now: Date): Fresh[] {
  const { wanted, answer, until } = record?.approval ?? {}
  const isRefused = answer?.accepted === false
  if (policy === undefined || record === undefined) return []
  if (wanted) return [conditionOf('True', isRefused ? 'ApprovalRefused' : 'ShareExceeded', messageOf(wanted, answer))]
  if (isRefused) return [conditionOf('False', 'ApprovalRefused', answer.message)]
  return answer && until && now < until ? [conditionOf('False', 'Approved', answer.message)] : []
}

type Approval = NonNullable<PolicyRecord['approval']>

/** A refusal names the plan that waited then: where another waits by now, that one is shown too. */
function messageOf({ hash, message }: NonNullable<Approval['wanted']>, answer: Approval['answer']): string {
  if (answer?.accepted !== false) return message
  return answer.message.includes(hash) ? answer.message : `${answer.message}; ${message}`
}

const conditionOf = (status: Condition['status'], reason: string, message: string): Fresh => ({
  type: 'ApprovalRequired',
  status,
  reason,
  message: message.slice(0, 32_768),
})
