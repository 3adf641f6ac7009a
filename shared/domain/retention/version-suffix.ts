import { isCommitHash } from './commit-hash.ts'
import { hashRank, type Identifier, numberRank, type Whole, wholeOf, wordRank } from './version.ts'

/** What stands behind the numbers of a version tag, hyphen by hyphen (retention 12). */
export interface Suffix {
  readonly preRelease: readonly Identifier[]
  readonly variant: string
  readonly revision: Whole
}

/** A suffix that says nothing. */
export const noSuffix: Suffix = { preRelease: [], variant: '', revision: -1 }

const wellFormed = /^[a-z0-9_]+([.-][a-z0-9_]+)*$/
const digitsOnly = /^[0-9]+$/
const revisionPart = /^r[0-9]+$/
const wordThenDigits = /^([a-z_]+)([0-9]+)$/
const buildNumberDigits = 5
const preReleaseWords = new Set(
  'alpha beta rc pre preview dev snapshot nightly canary next ea milestone a b m build ci pr sha git test'.split(' '),
)
const fullWords = new Map([
  ['a', 'alpha'],
  ['b', 'beta'],
])

/**
 * Reads the hyphenated parts of a version tag, without the first hyphen. Upper and lower case are the same.
 * Undefined when a part or an identifier is empty, which makes the tag no version.
 */
export const parseSuffix = (text: string): Suffix | undefined => {
  const lower = text.toLowerCase()
  if (!wellFormed.test(lower)) return undefined
  const parts = lower.split('-')
  const preRelease: Identifier[] = []
  const variant: string[] = []
  let leading = true
  let revision: Whole = -1
  for (const [at, part] of parts.entries()) {
    leading &&= isPreRelease(part)
    if (leading || isBuildMark(part)) pushIdentifiers(part, preRelease)
    else if (at === parts.length - 1 && revisionPart.test(part)) revision = wholeOf(part, 1, part.length)
    else variant.push(part)
  }
  return { preRelease, variant: variant.join('-'), revision }
}

/** The identifiers of a word with digits: `rc10` is `rc.10`, and `a` and `b` are short for `alpha` and `beta`. */
export const wordIdentifiers = (word: string, digits: string): readonly Identifier[] => [
  { rank: wordRank, value: fullWords.get(word) ?? word },
  { rank: numberRank, value: wholeOf(digits, 0, digits.length) },
]

const isPreRelease = (part: string): boolean => {
  const dot = part.indexOf('.')
  const first = dot < 0 ? part : part.slice(0, dot)
  return digitsOnly.test(first) || isCommitHash(first) || preReleaseWords.has(first.replace(/[0-9]+$/, ''))
}

/** Within a variant, a commit hash or a long number marks a build and names no variant. */
const isBuildMark = (part: string): boolean =>
  isCommitHash(part) || (part.length >= buildNumberDigits && digitsOnly.test(part))

const pushIdentifiers = (part: string, into: Identifier[]): void => {
  for (const text of part.split('.')) {
    const split = wordThenDigits.exec(text)
    if (digitsOnly.test(text)) into.push({ rank: numberRank, value: wholeOf(text, 0, text.length) })
    else if (isCommitHash(text)) into.push({ rank: hashRank, value: 0 })
    else if (split?.[1] !== undefined && split[2] !== undefined) into.push(...wordIdentifiers(split[1], split[2]))
    else into.push({ rank: wordRank, value: fullWords.get(text) ?? text })
  }
}
