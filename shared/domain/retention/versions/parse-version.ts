import { isCommitHash } from './commit-hash.ts'
import { isDigit, NumberReader } from './number-reader.ts'
import type { Version } from './version.ts'
import { noSuffix, parseSuffix, type Suffix, wordIdentifiers } from './version-suffix.ts'

const gluedPattern = /^(alpha|beta|rc|a|b)([0-9]+)/i
const hyphen = 45
const dot = 46
const underscore = 95
const plus = 43
const lowerV = 118
const maxLoneDigits = 4

/**
 * Reads a tag, or what follows its group, as a version (retention 11, 12). Undefined for any other text: a word,
 * a commit hash as a whole, a date without dots, `1.2.x`, a tag with an empty part.
 */
export const parseVersion = (text: string): Version | undefined => {
  const start = text.charCodeAt(0) === lowerV ? 1 : 0
  if (!isDigit(text.charCodeAt(start))) return undefined
  const numbers = new NumberReader(text, start)
  const major = numbers.next()
  const isLone = text.charCodeAt(numbers.at) !== dot
  if (isLone && numbers.at - start > maxLoneDigits) return undefined
  const minor = numbers.next()
  const patch = numbers.next()
  const fourth = numbers.next()
  if (!numbers.isSound) return undefined
  const suffix = numbers.at === text.length ? noSuffix : readSuffix(text, numbers.at)
  if (suffix === undefined) return undefined
  const { preRelease, variant, revision } = suffix
  // Spreading the suffix would take twice as long, and tags come by the million.
  return { major, minor, patch, fourth, preRelease, variant, revision }
}

/** What stands behind the numbers: glued pre-release, build, hyphenated parts. */
const readSuffix = (text: string, start: number): Suffix | undefined => {
  const glued = isLetter(text.charCodeAt(start)) ? gluedPattern.exec(text.slice(start)) : null
  if (glued !== null && isCommitHash(text)) return undefined
  const at = afterBuild(text, start + (glued?.[0].length ?? 0))
  if (at < text.length && text.charCodeAt(at) !== hyphen) return undefined
  const suffix = at === text.length ? noSuffix : parseSuffix(text.slice(at + 1))
  if (suffix === undefined || glued?.[1] === undefined || glued[2] === undefined) return suffix
  const first = wordIdentifiers(glued[1].toLowerCase(), glued[2])
  return { ...suffix, preRelease: [...first, ...suffix.preRelease] }
}

/** A build is ignored; one without a character in it is none, and what is left then makes the tag no version. */
const afterBuild = (text: string, start: number): number => {
  const mark = text.charCodeAt(start)
  if (mark !== underscore && mark !== plus) return start
  let at = start + 1
  while (isDigit(text.charCodeAt(at)) || isLetter(text.charCodeAt(at)) || text.charCodeAt(at) === dot) at++
  return at === start + 1 ? start : at
}

const isLetter = (code: number): boolean => (code | 32) >= 97 && (code | 32) <= 122
