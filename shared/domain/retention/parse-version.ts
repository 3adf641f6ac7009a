import { isCommitHash } from './commit-hash.ts'
import { type Identifier, type Version, type Whole, wholeOf } from './version.ts'
import { noSuffix, parseSuffix, wordIdentifiers } from './version-suffix.ts'

const gluedPattern = /^(alpha|beta|rc|a|b)([0-9]+)/i
const hyphen = 45
const dot = 46
const underscore = 95
const plus = 43
const lowerV = 118
const maxNumbers = 4
const maxLoneDigits = 4

/**
 * Reads a tag, or what follows its group, as a version (retention 11, 12). Undefined for any other text: a word,
 * a commit hash as a whole, a date without dots, `1.2.x`, a tag with an empty part.
 */
export const parseVersion = (text: string): Version | undefined => {
  const numbers: Whole[] = []
  const end = readNumbers(text, numbers)
  if (end < 0) return undefined
  if (end === text.length) return versionOf(numbers, noSuffix.preRelease, noSuffix)
  return parseRest(text, end, numbers)
}

/** Fills `numbers` and answers where they end, or -1 where the text does not begin with those of a version. */
const readNumbers = (text: string, numbers: Whole[]): number => {
  const first = text.charCodeAt(0) === lowerV ? 1 : 0
  let at = first
  for (;;) {
    const start = at
    while (isDigit(text.charCodeAt(at))) at++
    if (at === start) return -1
    numbers.push(wholeOf(text, start, at))
    if (numbers.length === maxNumbers || text.charCodeAt(at) !== dot) break
    at++
  }
  return numbers.length === 1 && at - first > maxLoneDigits ? -1 : at
}

const parseRest = (text: string, end: number, numbers: readonly Whole[]): Version | undefined => {
  let at = end
  let glued = noSuffix.preRelease
  const match = isLetter(text.charCodeAt(at)) ? gluedPattern.exec(text.slice(at)) : null
  if (match?.[1] !== undefined && match[2] !== undefined) {
    if (isCommitHash(text)) return undefined
    glued = wordIdentifiers(match[1].toLowerCase(), match[2])
    at += match[0].length
  }
  at = afterBuild(text, at)
  if (at === text.length) return versionOf(numbers, glued, noSuffix)
  if (text.charCodeAt(at) !== hyphen) return undefined
  const suffix = parseSuffix(text.slice(at + 1))
  return suffix && versionOf(numbers, glued, suffix)
}

/** A build is ignored; one without a character in it is none, and what is left then makes the tag no version. */
const afterBuild = (text: string, start: number): number => {
  const mark = text.charCodeAt(start)
  if (mark !== underscore && mark !== plus) return start
  let at = start + 1
  while (isDigit(text.charCodeAt(at)) || isLetter(text.charCodeAt(at)) || text.charCodeAt(at) === dot) at++
  return at === start + 1 ? start : at
}

const versionOf = (
  numbers: readonly Whole[],
  glued: readonly Identifier[],
  suffix: { preRelease: readonly Identifier[]; variant: string; revision: Whole },
): Version => ({
  major: numbers[0] ?? 0,
  minor: numbers[1] ?? 0,
  patch: numbers[2] ?? 0,
  fourth: numbers[3] ?? 0,
  preRelease: glued.length === 0 ? suffix.preRelease : [...glued, ...suffix.preRelease],
  variant: suffix.variant,
  revision: suffix.revision,
})

const isDigit = (code: number): boolean => code >= 48 && code <= 57

const isLetter = (code: number): boolean => (code | 32) >= 97 && (code | 32) <= 122
