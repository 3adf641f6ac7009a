import { isCommitHash } from './commit-hash.ts'
import { isDigit } from './dotted-numbers.ts'
import { hashRank, type Identifier, numberRank, type Whole, wholeOf, wordRank } from './version.ts'

/** What stands behind the numbers of a version tag, hyphen by hyphen (retention 12). */
export interface Suffix {
  readonly preRelease: readonly Identifier[]
  readonly variant: string
  readonly revision: Whole
}

/** A suffix that says nothing. */
export const noSuffix: Suffix = { preRelease: [], variant: '', revision: -1 }

/** Parts of at least one character that end in neither `_` nor `+`, with a letter or digit on both sides of every dot. */
const wellFormed =
  /^[a-z0-9_+]*[a-z0-9](?:\.[a-z0-9](?:[a-z0-9_+]*[a-z0-9])?)*(?:-[a-z0-9_+]*[a-z0-9](?:\.[a-z0-9](?:[a-z0-9_+]*[a-z0-9])?)*)*$/
const longNumberDigits = 5
const preReleaseWords = new Set(
  'alpha beta rc pre preview dev snapshot nightly canary next ea milestone a b m build ci pr sha git test'.split(' '),
)
const fullWords = new Map([
  ['a', 'alpha'],
  ['b', 'beta'],
])
const revisionPattern = /^(?:r|(rev|ls|build|eksbuild|p|patch|u|update|hotfix|k3s|rke2r))([0-9]+)$/
const counterPattern = /^([a-z_]+)\.([0-9]+)$/

/** Variants are few and come with every version; what marks a build comes once, and would push them out. */
const knownVariants = new Map<string, Suffix>()
/** There are few short ones, `rc.1` and `beta2` among them. */
const knownShort = new Map<string, Suffix>()
const shortLength = 8
const maxKnown = 10_000

/**
 * Reads the hyphenated parts of a version tag, without the first hyphen. Upper and lower case are the same. `inBuild`
 * says that a build stands before them. Undefined for a part that is empty, ends in `_` or `+`, or has a dot with
 * nothing on one side, which makes the tag no version.
 */
export const parseSuffix = (text: string, inBuild: boolean): Suffix | undefined => {
  const isShort = text.length <= shortLength
  const known = isShort ? knownShort : knownVariants
  const before = inBuild ? undefined : known.get(text)
  if (before !== undefined) return before
  const lower = text.toLowerCase()
  if (!wellFormed.test(lower)) return undefined
  const suffix = readParts(lower.split('-'), inBuild)
  if (!inBuild && (isShort || suffix.preRelease.length === 0)) {
    if (known.size >= maxKnown) known.clear()
    known.set(text, suffix)
  }
  return suffix
}

const readParts = (parts: readonly string[], inBuild: boolean): Suffix => {
  const preRelease: Identifier[] = []
  const variantFrom = readPreRelease(parts, inBuild, preRelease)
  if (variantFrom === parts.length) return { preRelease, variant: '', revision: -1 }
  const variant: string[] = []
  for (const part of parts.slice(variantFrom)) {
    if (isBuildNumber(part)) preRelease.push(identifierOf(part))
    else variant.push(part)
  }
  const { name, revision } = readRevision(variant.pop() ?? '')
  if (name !== '') variant.push(name)
  return { preRelease, variant: variant.join('-'), revision }
}

/**
 * Reads the leading parts that make up the pre-release; answers where the variant begins. Once a build has begun,
 * numbers and commit hashes belong to it: `1.2.3_build-5` is a release.
 */
const readPreRelease = (parts: readonly string[], inBuild: boolean, into: Identifier[]): number => {
  let building = inBuild
  for (const [at, part] of parts.entries()) {
    const first = firstIdentifier(part)
    const isNumber = isNumberOrHash(first)
    if (!isNumber && !isPreReleaseWord(first)) return at
    if (isNumber && building) continue
    const build = buildOf(part)
    pushIdentifiers(build < 0 ? part : part.slice(0, build), into)
    building ||= build >= 0
  }
  return parts.length
}

/** What stands before the first `.`, `_` or `+`. */
const firstIdentifier = (part: string): string => {
  const end = part.search(/[._+]/)
  return end < 0 ? part : part.slice(0, end)
}

const buildOf = (part: string): number => part.search(/[_+]/)

const isNumberOrHash = (text: string): boolean => text !== '' && (trailingDigits(text) === 0 || isCommitHash(text))

const isPreReleaseWord = (text: string): boolean => preReleaseWords.has(text.slice(0, trailingDigits(text)))

/** Within a variant, a commit hash or a long number marks a build and names no variant. */
const isBuildNumber = (part: string): boolean =>
  isCommitHash(part) || (part.length >= longNumberDigits && trailingDigits(part) === 0)

/** The last part of a variant: a revision with the name that stays of it, or a name alone. */
const readRevision = (part: string): { readonly name: string; readonly revision: Whole } => {
  const [, word = '', digits] = revisionPattern.exec(part) ?? []
  if (digits !== undefined) return { name: word, revision: wholeOf(digits, 0, digits.length) }
  const [, name, count] = counterPattern.exec(part) ?? []
  if (name === undefined || count === undefined || isCommitHash(count)) return { name: part, revision: -1 }
  return { name, revision: wholeOf(count, 0, count.length) }
}

/** The identifiers of a word and the digits behind it, which may be none: `rc10` is `rc.10`. */
export const wordIdentifiers = (word: string, digits: string): readonly Identifier[] =>
  digits === '' ? [wordIdentifier(word)] : [wordIdentifier(word), numberIdentifier(digits)]

/** `a` and `b` are short for `alpha` and `beta`. */
const wordIdentifier = (word: string): Identifier => ({ rank: wordRank, value: fullWords.get(word) ?? word })

const numberIdentifier = (digits: string): Identifier => ({
  rank: numberRank,
  value: wholeOf(digits, 0, digits.length),
})

const pushIdentifiers = (part: string, into: Identifier[]): void => {
  for (const text of part.split('.')) {
    const digitsFrom = trailingDigits(text)
    if (digitsFrom === 0 || digitsFrom === text.length || isCommitHash(text)) into.push(identifierOf(text))
    else if (hasDigit(text, digitsFrom)) into.push(wordIdentifier(text))
    else into.push(...wordIdentifiers(text.slice(0, digitsFrom), text.slice(digitsFrom)))
  }
}

/** The identifier that a commit hash, a number or a word is as a whole. */
const identifierOf = (text: string): Identifier => {
  if (isCommitHash(text)) return { rank: hashRank, value: 0 }
  return trailingDigits(text) === 0 ? numberIdentifier(text) : wordIdentifier(text)
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
