import { InvalidInputError } from '../../errors.ts'
import type { RetentionPolicy, TagPolicy, TagRule } from '../policy/policy.ts'
import { compileGlob } from './glob.ts'
import type { CountingRuleSet } from './read-tags.ts'
import type { Keeper, TagKeeper } from './rules/keep-rule.ts'
import { policyProtections, protections, type Rule, ruleNames, saysAny, tagRuleFieldNames, tagRules } from './rules.ts'
import { compileGroupBy } from './versions/group-of.ts'

/** A policy to judge by; the name is shown in reasons where several policies judge together. */
export interface PolicyInput extends RetentionPolicy {
  readonly name?: string
}

/** What keeps by one rule, with the place of the rule in the order of reports. */
export interface Compiled<K> {
  readonly rule: number
  readonly keep: K
}

/** The keep rules of the policy itself or of one of its `rules`, made ready for many images. */
export interface RuleSet extends CountingRuleSet {
  readonly said: TagPolicy
  /** `rules[0] v*, release-*` as reasons name it; undefined for the policy itself. */
  readonly name: string | undefined
  readonly keepers: readonly Compiled<TagKeeper>[]
  /** Why an image that no rule keeps may be deleted, for tagged and for untagged ones. */
  readonly toDelete: { readonly tagged: string; readonly untagged: string }
}

/** A policy made ready for many images: patterns compiled, days turned into milliseconds. */
export interface CompiledPolicy {
  readonly protections: readonly Compiled<Keeper>[]
  /** Its `rules` in their order, then the policy itself where it has keep rules of its own. */
  readonly ruleSets: readonly RuleSet[]
}

const orderOf = new Map<Rule, number>(ruleNames.map((name, order) => [name, order]))

const compiled = <K>(name: Rule, keep: K | undefined): Compiled<K>[] =>
  keep === undefined ? [] : [{ rule: orderOf.get(name) ?? ruleNames.length, keep }]

/** The protections that no policy changes. */
export const compiledProtections: readonly Compiled<Keeper>[] = protections.flatMap(({ name, keep }) =>
  compiled<Keeper>(name, keep),
)

/**
 * Compiles a policy; `suffix` ends every reason. Throws InvalidInputError for a pattern that cannot be, for a number
 * that is none or negative, and for a policy without any keep rule, which would delete everything by what it does not say.
 */
export const compilePolicy = (policy: PolicyInput, suffix: string): CompiledPolicy => {
  checkNumbers(policy, policy.gracePeriodMs)
  const { rules = [] } = policy
  const hasOwnRules = saysAny(policy)
  if (!hasOwnRules && rules.length === 0) {
    throw new InvalidInputError(`expected at least one of ${tagRuleFieldNames.join(', ')} or rules, got none`)
  }
  const said = { ...policy, hasOwnRules }
  return {
    protections: policyProtections.flatMap(rule => compiled(rule.name, rule.compile(said, suffix))),
    ruleSets: [
      ...rules.map((rule, at) => compileTagRule(rule, at, suffix)),
      ...(hasOwnRules ? [compileRuleSet(policy, suffix, { matches: undefined, appliesToUntagged: true })] : []),
    ],
  }
}

const compileTagRule = (rule: TagRule, at: number, suffix: string): RuleSet => {
  checkNumbers(rule, 0)
  const { tags = [], untagged = false } = rule
  if (tags.length === 0 && !untagged)
    throw new InvalidInputError(`rules[${at}]: expected tags or untagged, got neither`)
  if (!saysAny(rule)) {
    throw new InvalidInputError(`rules[${at}]: expected at least one of ${tagRuleFieldNames.join(', ')}, got none`)
  }
  const globs = tags.map(glob => compileGlob(glob, 'tag'))
  const name = `rules[${at}] ${[...tags, ...(untagged ? ['untagged'] : [])].join(', ')}`
  const matches = (tag: string) => globs.some(glob => glob(tag))
  return compileRuleSet(rule, ` by ${name}${suffix}`, { matches, appliesToUntagged: untagged }, name)
}

const compileRuleSet = (
  said: TagPolicy,
  suffix: string,
  appliesTo: Pick<RuleSet, 'matches' | 'appliesToUntagged'>,
  name?: string,
): RuleSet => ({
  ...appliesTo,
  said,
  name,
  groupOf: said.groupBy === undefined ? undefined : compileGroupBy(said.groupBy),
  keepers: tagRules.flatMap(rule => compiled<TagKeeper>(rule.name, rule.compile(said, suffix))),
  toDelete: deletionReasons(said, suffix),
})

const checkNumbers = (said: TagPolicy, gracePeriodMs: number): void => {
  const given = tagRuleFieldNames.map(field => [field, said[field]] as const)
  for (const [field, value] of [...given.flatMap(numbersOf), ['gracePeriodMs', gracePeriodMs] as const]) {
    if (value === undefined || (Number.isSafeInteger(value) && Number(value) >= 0)) continue
    throw new InvalidInputError(`${field}: expected a whole number from 0 on, got ${String(value)}`)
  }
}

/** The number itself, or those of a field that holds several. */
const numbersOf = ([field, value]: readonly [string, TagPolicy[keyof TagPolicy]]): (readonly [string, unknown])[] =>
  typeof value === 'object' ? Object.entries(value) : [[field, value]]

const deletionReasons = (said: TagPolicy, suffix: string): RuleSet['toDelete'] => {
  const reasons = tagRules.flatMap(rule => {
    const reason = rule.deletesBecause?.(said)
    return reason === undefined ? [] : [{ reason, judgesUntagged: rule.judgesUntagged }]
  })
  const ofUntagged = reasons.filter(each => each.judgesUntagged)
  return {
    tagged: `${reasons.map(each => each.reason).join(', ')}${suffix}`,
    untagged: `${['untagged', ...ofUntagged.map(each => each.reason)].join(', ')}${suffix}`,
  }
}
