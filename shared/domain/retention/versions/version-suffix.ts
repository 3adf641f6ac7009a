import { isCommitHash } from './commit-hash.ts'
import { isDigit } from './number-reader.ts'
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
const buildNumberDigits = 5
const preReleaseWords = new Set(
  'alpha beta rc pre preview dev snapshot nightly canary next ea milestone a b m build ci pr sha git test'.split(' '),
)
const fullWords = new Map([
  ['a', 'alpha'],
  ['b', 'beta'],
])

/** Variants are few and come with every version; what marks a build comes once, and would push them out. */
const knownVariants = new Map<string, Suffix>()
const maxKnownVariants = 10_000

/**
 * Reads the hyphenated parts of a version tag, without the first hyphen. Upper and lower case are the same.
 * Undefined when a part or an identifier is empty, which makes the tag no version.
 */
export const parseSuffix = (text: string): Suffix | undefined => {
  const known = knownVariants.get(text)
  if (known !== undefined) return known
  const suffix = readSuffix(text)
  if (suffix?.preRelease.length === 0) {
    if (knownVariants.size >= maxKnownVariants) knownVariants.clear()
    knownVariants.set(text, suffix)
  }
  return suffix
}

const readSuffix = (text: string): Suffix | undefined => {
  const lower = text.toLowerCase()
  if (!wellFormed.test(lower)) return undefined
  const preRelease: Identifier[] = []
  let variant = ''
  let leading = true
  for (let start = 0; start <= lower.length; ) {
    const hyphen = lower.indexOf('-', start)
    const end = hyphen < 0 ? lower.length : hyphen
    const part = lower.slice(start, end)
    leading &&= isPreRelease(part)
    if (leading || isBuildMark(part)) pushIdentifiers(part, preRelease)
    else if (hyphen < 0 && isRevision(part)) return { preRelease, variant, revision: wholeOf(part, 1, part.length) }
    else variant = variant === '' ? part : `${variant}-${part}`
    start = end + 1
  }
  return { preRelease, variant, revision: -1 }
}

/** The identifiers of a word with digits: `rc10` is `rc.10`, and `a` and `b` are short for `alpha` and `beta`. */
export const wordIdentifiers = (word: string, digits: string): readonly Identifier[] => [
  wordIdentifier(word),
  { rank: numberRank, value: wholeOf(digits, 0, digits.length) },
]

const wordIdentifier = (word: string): Identifier => ({ rank: wordRank, value: fullWords.get(word) ?? word })

const isPreRelease = (part: string): boolean => {
  const dot = part.indexOf('.')
  const first = dot < 0 ? part : part.slice(0, dot)
  const digitsFrom = trailingDigits(first)
  return digitsFrom === 0 || isCommitHash(first) || preReleaseWords.has(first.slice(0, digitsFrom))
}

/** Within a variant, a commit hash or a long number marks a build and names no variant. */
const isBuildMark = (part: string): boolean =>
  isCommitHash(part) || (part.length >= buildNumberDigits && trailingDigits(part) === 0)

const isRevision = (part: string): boolean => part.length > 1 && part.startsWith('r') && trailingDigits(part) === 1

const pushIdentifiers = (part: string, into: Identifier[]): void => {
  for (let start = 0; start <= part.length; ) {
    const dot = part.indexOf('.', start)
    const end = dot < 0 ? part.length : dot
    pushIdentifier(part.slice(start, end), into)
    start = end + 1
  }
}

const pushIdentifier = (text: string, into: Identifier[]): void => {
  const digitsFrom = trailingDigits(text)
  if (digitsFrom === 0) into.push({ rank: numberRank, value: wholeOf(text, 0, text.length) })
  else if (isCommitHash(text)) into.push({ rank: hashRank, value: 0 })
  else if (digitsFrom === text.length || hasDigit(text, digitsFrom)) into.push(wordIdentifier(text))
  else into.push(...wordIdentifiers(text.slice(0, digitsFrom), text.slice(digitsFrom)))
}

/** Where the digits at the end begin; 0 for digits alone, the length for none. */
const trailingDigits = (text: string): number => {
  let at = text.length
  while (at > 0 && isDigit(text.charCodeAt(at - 1))) at--
  return at
}

const hasDigit = (text: string, end: number): boolean => {
  for (let at = 0; at < end; at++) {
    if (isDigit(text.charCodeAt(at))) return true
  }
  return false
}
