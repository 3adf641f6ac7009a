import { secondsOf } from '../../shared/domain/instant.ts'
import { otherwiseOf } from '../../shared/domain/retention/explain/otherwise.ts'
import type { Question } from '../../shared/domain/retention/explain/question.ts'
import { ranksOf } from '../../shared/domain/retention/explain/rank.ts'
import { saversOf } from '../../shared/domain/retention/explain/savers.ts'
import type { Decision } from '../../shared/domain/verdict.ts'
import type { PlannedDecision } from '../plan/plan.ts'
import type { ExplainedOtherwise, ExplainedVerdict, PolicyExplanation } from './explanation.ts'

/** What the installation knows of a policy beside its verdicts; nothing for a policy of a file. */
export type PolicyCircumstances = Pick<PolicyExplanation, 'stoppedBy' | 'clamped' | 'deletion' | 'waits' | 'lastRun'>

/**
 * What a policy says of an image. `own` is the policy's decision by itself, `swept` what its sweep would do once every
 * other policy is taken into account.
 */
export function explainPolicy(
  policy: string,
  question: Question,
  own: Decision,
  swept: PlannedDecision,
  circumstances: PolicyCircumstances,
): PolicyExplanation {
  const { deletion, waits, ...rest } = circumstances
  const isDeleted = swept.verdict === 'delete'
  const losesTags = swept.deletedTags !== undefined
  const otherwise = own.verdict === 'keep' ? otherwiseOf(question, own) : undefined
  const { keepRecent } = question.policy
  return {
    policy,
    ...(question.policy.action === 'Archive' && { action: question.policy.action }),
    ...verdictOf(swept),
    facts: swept.facts,
    protectedBy: swept.protectedBy,
    ...(own.verdict !== swept.verdict && { alone: verdictOf(own) }),
    ...(swept.deletedTags && { deletedTags: swept.deletedTags }),
    ...(keepRecent !== undefined && { keepRecent }),
    ranks: ranksOf(question).filter(({ kept }) => kept !== undefined),
    ...(otherwise && { otherwise: otherwiseText(otherwise) }),
    ...((isDeleted || losesTags) && deletion && { deletion }),
    ...((isDeleted || losesTags) && waits && { waits }),
    saves: isDeleted ? saversOf(question) : [],
    ...rest,
  }
}

const verdictOf = ({ verdict, rule, reason }: ExplainedVerdict): ExplainedVerdict => ({ verdict, rule, reason })

const otherwiseText = ({
  after,
  until,
  decision,
}: NonNullable<ReturnType<typeof otherwiseOf>>): ExplainedOtherwise => ({
  after,
  ...(until && { until: secondsOf(until) }),
  ...verdictOf(decision),
})
