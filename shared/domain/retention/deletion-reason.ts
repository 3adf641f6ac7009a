import { withItsSubject } from './judged-repository.ts'
import { type TagRuleFields, tagRules } from './rules.ts'

/** What a policy says of all tags, and of some. */
interface Said extends TagRuleFields {
  readonly rules?: readonly TagRuleFields[]
}

/**
 * The reason of the condition `CleanupCandidate` for an image, from the text of why it is to be deleted: the first rule
 * that the text names. `SubjectDeleted` for what is deleted with the image that it is about,
 * `Untagged` where no rule is named.
 */
export function deletionReason(policy: Said, text: string): string {
  if (text.startsWith(withItsSubject)) return 'SubjectDeleted'
  const reasons = [policy, ...(policy.rules ?? [])].flatMap(said =>
    tagRules.flatMap(rule => {
      const because = rule.deletesBecause?.(said)
      return because !== undefined && text.includes(because) ? (rule.conditionReason?.(said) ?? []) : []
    }),
  )
  return reasons[0] ?? (text.includes('untagged') ? 'Untagged' : 'VersionExpired')
}
