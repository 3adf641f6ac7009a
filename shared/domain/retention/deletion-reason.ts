import { withItsSubject } from './judged-repository.ts'
import { type TagRuleFields, tagRules } from './rules.ts'

/** What a policy says of all tags, and of some. */
interface Said extends TagRuleFields {
  readonly rules?: readonly TagRuleFields[]
}

/**
 * The word for why an image goes, as the condition `CleanupCandidate` has it, from what the policy said against it: the
 * first rule that this text names. `SubjectDeleted` for what goes with the image that it is about,
 * `Untagged` where nothing else speaks against it.
 */
export function deletionReason(policy: Said, text: string): string {
  if (text.startsWith(withItsSubject)) return 'SubjectDeleted'
  const words = [policy, ...(policy.rules ?? [])].flatMap(said =>
    tagRules.flatMap(rule => {
      const against = rule.deletesBecause?.(said)
      return against !== undefined && text.includes(against) ? (rule.conditionReason?.(said) ?? []) : []
    }),
  )
  return words[0] ?? (text.includes('untagged') ? 'Untagged' : 'VersionExpired')
}
