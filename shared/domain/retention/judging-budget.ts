import { InvalidInputError } from '../../errors.ts'
import type { TagPolicy } from '../policy/policy.ts'
import { stepsOfGroupBy } from './versions/group-of.ts'

/** What of a policy is matched against tags. */
interface Patterns extends TagPolicy {
  readonly keepTags: readonly string[]
  readonly exclude: readonly { readonly tag?: string }[]
  readonly rules?: readonly (TagPolicy & { readonly tags?: readonly string[] })[]
}

/** The tags that a policy would be judged on. */
export interface TagVolume {
  readonly tags: number
  /** Of all of them together. */
  readonly characters: number
}

/**
 * How much a policy may take to judge, in steps of RE2 at one character, of which none takes more than 8 ns: 20 s at
 * worst. A million tags of 20 characters may be grouped by a pattern of 100 steps; what people write has 10 to 50.
 */
export const judgingBudget = 2_500_000_000

/** A policy that would take so long to judge that others would wait for it (T7). */
export class JudgingBudgetError extends InvalidInputError {}

/** What it takes to judge the tags by a policy, before that is done. */
export function judgingCost(policy: Patterns, { tags, characters }: TagVolume): number {
  const { rules = [], keepTags, exclude } = policy
  // Of a rule twice: once to find which rule set applies to a tag, once for the tags that none matches.
  const globs = [
    ...keepTags,
    ...exclude.flatMap(({ tag }) => tag ?? []),
    ...rules.flatMap(({ tags: of = [] }) => [...of, ...of]),
  ]
  const groupings = [policy, ...rules].flatMap(({ groupBy }) => (groupBy === undefined ? [] : stepsOfGroupBy(groupBy)))
  // One rule set applies to a tag, and it is not known yet which.
  const steps = Math.max(0, ...groupings)
  const wordsOfGlobs = globs.reduce((sum, glob) => sum + wordsBetweenStars(glob), 0)
  const callsPerTag = globs.length + groupings.length
  return tags * callsPerTag * stepsOfCall + characters * (steps + wordsOfGlobs)
}

/** To begin with one pattern at one tag. */
const stepsOfCall = 8
const wordBits = 31

/** What stands between two stars is looked for at every place of a tag, 31 characters at once. */
const wordsBetweenStars = (glob: string): number =>
  glob
    .split('*')
    .slice(1, -1)
    .reduce((sum, piece) => sum + Math.ceil(piece.length / wordBits), 0)

/**
 * What it takes, where that is not too much.
 * @throws JudgingBudgetError with the numbers
 */
export function requireJudgingBudget(policy: Patterns, volume: TagVolume): number {
  const cost = judgingCost(policy, volume)
  if (cost <= judgingBudget) return cost
  throw new JudgingBudgetError(
    `expected patterns that take at most ${count(judgingBudget)} steps for ${count(volume.tags)} tags, got ${count(cost)}: write a smaller groupBy, fewer globs, or several policies over fewer repositories each`,
  )
}

const count = (number: number): string => Math.ceil(number).toLocaleString('en-US')
