import type { Image } from '../../../../shared/domain/image.ts'
import type { RetentionPolicy, TagRule } from '../../../../shared/domain/policy/policy.ts'
import { readTag } from './oracle-tags.ts'

/** What applies to a tag: a rule of the policy, or the policy itself. */
export type RuleSet = Pick<TagRule, 'keepRecent' | 'semver' | 'unusedDays' | 'keepDays' | 'groupBy'>

export const glob = (pattern: string, text: string): boolean => {
  const source = pattern
    .replace(/[.\-/:+]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${source}$`).test(text)
}

/** The rule that applies to a tag (of untagged images where there is none); undefined where none does. */
const ruleFor = (policy: RetentionPolicy, tag: string | undefined): TagRule | undefined =>
  policy.rules?.find(rule =>
    tag === undefined ? rule.untagged === true : rule.tags?.some(pattern => glob(pattern, tag)) === true,
  )

export const ruleSetOf = (policy: RetentionPolicy, tag: string | undefined): RuleSet => ruleFor(policy, tag) ?? policy

/** The tags that are judged by; `undefined` stands for an image that has none. */
export const judgedTags = (image: Image): (string | undefined)[] => {
  const tags = image.tags.filter(tag => readTag(tag).kind !== 'attached')
  return tags.length > 0 ? tags : [undefined]
}

/** True where neither a rule nor the policy's own fields say anything of one of its tags, or of it as untagged. */
export const hasNoRule = (policy: RetentionPolicy, image: Image): boolean => {
  const { keepRecent, semver, unusedDays, keepDays } = policy
  const saysNothing = [keepRecent, semver, unusedDays, keepDays].every(field => field === undefined)
  return saysNothing && judgedTags(image).some(tag => ruleFor(policy, tag) === undefined)
}
