import * as z from 'zod'
import { excluded } from './rules/excluded.ts'
import { floating } from './rules/floating.ts'
import { foreignHost } from './rules/foreign-host.ts'
import { grace } from './rules/grace.ts'
import { inUse } from './rules/in-use.ts'
import { keepDays } from './rules/keep-days.ts'
import { keepRecent } from './rules/keep-recent.ts'
import { keepTags } from './rules/keep-tags.ts'
import { semver } from './rules/semver.ts'
import { tracked } from './rules/tracked.ts'
import { unknown } from './rules/unknown.ts'
import { unmatched } from './rules/unmatched.ts'
import { unusedDays } from './rules/unused-days.ts'
import { usageIncomplete } from './rules/usage-incomplete.ts'

/*
 * Every rule, in the order of reports (retention 2). All else follows from these lists: the type of rules, the fields
 * of policies with their limits, the policy's hash, what explains a verdict; tests hold the CRD, the JSON schemas and
 * the documents against them.
 */

/** Protections that no policy changes. */
export const protections = [inUse, foreignHost, usageIncomplete, unknown] as const

/** Protections that a policy sets for all its tags. */
export const policyProtections = [grace, excluded, tracked, keepTags, unmatched] as const

/** Keep rules, of a policy itself or of one of its `rules` for kinds of tag. */
export const tagRules = [keepRecent, semver, floating, unusedDays, keepDays] as const

/** Names of the rules in the order of reports; `graph` is what keeps an image for the sake of another. */
export const ruleNames = [
  ...protections.map(nameOf),
  ...policyProtections.map(nameOf),
  ...tagRules.map(nameOf),
  'graph',
] as const

function nameOf<Name extends string>({ name }: { readonly name: Name }): Name {
  return name
}

/** The rule that decided, as plans, statuses and audit entries name it; `none` keeps nothing. */
export type Rule = (typeof ruleNames)[number] | 'none'

type Intersection<T> = (T extends unknown ? (part: T) => void : never) extends (part: infer All) => void ? All : never

type FieldsOf<Rules extends readonly { readonly fields: z.ZodRawShape }[]> = Intersection<Rules[number]['fields']>

const fieldsOf = <Rules extends readonly { readonly fields: z.ZodRawShape }[]>(rules: Rules): FieldsOf<Rules> =>
  Object.assign({}, ...rules.map(({ fields }) => fields))

/** The schemas of what a keep rule is given, by the field of the policy. */
export const tagRuleFields = fieldsOf(tagRules)

/** The schemas of the protections of a policy, by the field of the policy. */
export const policyProtectionFields = fieldsOf(policyProtections)

const tagRulesObject = z.object(tagRuleFields)

/** What a policy, or one of its `rules`, says about the images to keep; an absent field is a rule that is not given. */
export type TagRuleFields = Readonly<z.output<typeof tagRulesObject>>

/** The fields of which a policy needs at least one: `keepRecent, semver, unusedDays or keepDays` in messages. */
export const tagRuleFieldNames = Object.keys(tagRuleFields) as readonly (keyof TagRuleFields)[]

/** True where at least one keep rule is given. */
export const saysAny = (said: TagRuleFields): boolean => tagRuleFieldNames.some(field => said[field] !== undefined)
