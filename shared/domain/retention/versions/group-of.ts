import { RE2JS } from 're2js'
import { InvalidInputError } from '../../../errors.ts'
import { quoted } from '../../repository-name.ts'

/** The group that a tag is counted in, and what is left of it to be ordered. */
export interface GroupedTag {
  /** Undefined for a tag in which the pattern is not found: these are counted together, apart from every group. */
  readonly group: string | undefined
  readonly rest: string
}

const maxPatternLength = 256

/**
 * RE2 takes linear time, and a pattern of 30 characters may compile to so much that linear is 80 times as long as usual,
 * for every tag, in the way of all other policies (T7). What people write compiles to 10 to 200 steps.
 */
const maxSteps = 500

/**
 * Compiles `groupBy` (retention 14): found anywhere in the tag, the group is the first capture that the pattern has,
 * empty where that takes no part, or the whole match where it has none; what follows the match is ordered. RE2, so that no pattern takes more than linear time.
 * Throws InvalidInputError for a pattern that RE2 refuses (backreferences among them), that is too long or compiles to too
 * much.
 */
export const compileGroupBy = (pattern: string): ((tag: string) => GroupedTag) => {
  const compiled = compile(pattern)
  return tag => {
    const matcher = compiled.matcher(tag)
    if (!matcher.find()) return { group: undefined, rest: tag }
    const group = matcher.groupCount() > 0 ? matcher.group(1) : matcher.group()
    return { group: group ?? '', rest: tag.slice(matcher.end()) }
  }
}

/** How much a tag costs that is grouped by this, for each of its characters: see `judging-budget.ts`. */
export const stepsOfGroupBy = (pattern: string): number => compile(pattern).programSize()

const compile = (pattern: string): RE2JS => {
  if (pattern.length > maxPatternLength) {
    throw new InvalidInputError(`expected at most ${maxPatternLength} characters of RE2 pattern, got ${pattern.length}`)
  }
  const compiled = compileAny(pattern)
  const steps = compiled.programSize()
  if (steps > maxSteps)
    throw new InvalidInputError(
      `expected an RE2 pattern that compiles to at most ${maxSteps} steps, got ${quoted(pattern)}, which compiles to ${steps}: write smaller repetitions, such as * in place of {0,300}`,
    )
  return compiled
}

const compileAny = (pattern: string): RE2JS => {
  try {
    return RE2JS.compile(pattern)
  } catch (cause) {
    throw new InvalidInputError(`expected an RE2 pattern, got ${quoted(pattern)}`, { cause })
  }
}
