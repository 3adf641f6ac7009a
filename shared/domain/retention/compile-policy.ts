import { InvalidInputError } from '../../errors.ts'
import type { Exclusion, RetentionPolicy } from '../policy/policy.ts'
import { compileGlob, type Matcher } from './glob.ts'
import { compileGroupBy, type GroupedTag } from './versions/group-of.ts'
import type { CountRules } from './versions/version-counts.ts'

/** A policy to judge by; the name is shown in reasons where several policies judge together. */
export interface PolicyInput extends RetentionPolicy {
  readonly name?: string
}

/** A time rule: what happened at most `milliseconds` before now keeps. */
export interface TimeRule {
  readonly milliseconds: number
  readonly reason: string
}

/** An exclusion with its patterns compiled; an absent part matches everything. */
export interface CompiledExclusion {
  readonly name: Matcher | undefined
  readonly tag: Matcher | undefined
  readonly reason: string
}

/** A policy made ready for many images: patterns compiled, days turned into milliseconds. */
export interface CompiledPolicy extends CountRules {
  /** ` (policy NAME)` where reasons must say which policy, else empty. */
  readonly suffix: string
  readonly unused: TimeRule | undefined
  readonly pushed: TimeRule | undefined
  readonly keepTags: readonly { readonly matches: Matcher; readonly reason: string }[]
  readonly exclusions: readonly CompiledExclusion[]
  readonly groupOf: ((tag: string) => GroupedTag) | undefined
  readonly gracePeriodMs: number
  /** Why an image that no rule keeps is doomed, for tagged and for untagged ones. */
  readonly doomed: { readonly tagged: string; readonly untagged: string }
}

const dayMs = 86_400_000

/**
 * Compiles a policy. Throws InvalidInputError for a pattern that cannot be, for a number that is none or negative,
 * and for a policy without any keep rule, which would doom everything by what it does not say.
 */
export const compilePolicy = (policy: PolicyInput, suffix: string): CompiledPolicy => {
  checkNumbers(policy)
  return {
    suffix,
    keepRecent: policy.keepRecent ?? 0,
    semver: policy.semver,
    unused: timeRule(policy.unusedDays, 'used', suffix),
    pushed: timeRule(policy.keepDays, 'pushed', suffix),
    keepTags: policy.keepTags.map(glob => ({
      matches: compileGlob(glob, 'tag'),
      reason: `matches keepTags ${glob}${suffix}`,
    })),
    exclusions: policy.exclude.map(exclusion => compileExclusion(exclusion, suffix)),
    groupOf: policy.groupBy === undefined ? undefined : compileGroupBy(policy.groupBy),
    gracePeriodMs: policy.gracePeriodMs,
    doomed: doomedReasons(policy, suffix),
  }
}

const checkNumbers = (policy: PolicyInput): void => {
  const { keepRecent, unusedDays, keepDays, semver, gracePeriodMs } = policy
  if (keepRecent === undefined && unusedDays === undefined && keepDays === undefined && semver === undefined) {
    throw new InvalidInputError('expected at least one of keepRecent, unusedDays, keepDays or semver, got none')
  }
  const numbers = { keepRecent, unusedDays, keepDays, gracePeriodMs, ...semver }
  for (const [field, value] of Object.entries(numbers)) {
    if (value === undefined || (Number.isSafeInteger(value) && value >= 0)) continue
    throw new InvalidInputError(`${field}: expected a whole number from 0 on, got ${String(value)}`)
  }
}

const timeRule = (days: number | undefined, verb: string, suffix: string): TimeRule | undefined =>
  days === undefined ? undefined : { milliseconds: days * dayMs, reason: `${verb} within ${daysText(days)}${suffix}` }

const compileExclusion = ({ name, tag }: Exclusion, suffix: string): CompiledExclusion => {
  if (name === undefined && tag === undefined) {
    throw new InvalidInputError('exclude: expected name, tag or both, got neither')
  }
  const parts = [name === undefined ? [] : `name ${name}`, tag === undefined ? [] : `tag ${tag}`].flat()
  return {
    name: name === undefined ? undefined : compileGlob(name, 'name'),
    tag: tag === undefined ? undefined : compileGlob(tag, 'tag'),
    reason: `excluded by ${parts.join(' and ')}${suffix}`,
  }
}

const doomedReasons = (policy: PolicyInput, suffix: string): CompiledPolicy['doomed'] => {
  const { unusedDays, keepDays, keepRecent, semver } = policy
  const byTime = [
    unusedDays === undefined ? [] : `not used within ${daysText(unusedDays)}`,
    keepDays === undefined ? [] : `not pushed within ${daysText(keepDays)}`,
  ].flat()
  const byVersion = [
    keepRecent === undefined ? [] : `not among the newest ${keepRecent}`,
    semver === undefined ? [] : 'outside of the semver window',
  ].flat()
  return {
    tagged: `${[...byVersion, ...byTime].join(', ')}${suffix}`,
    untagged: `${['untagged', ...byTime].join(', ')}${suffix}`,
  }
}

const daysText = (days: number): string => (days === 1 ? '1 day' : `${days} days`)
