import { isCommitHash } from './commit-hash.ts'
import { digitsEnd, dottedEnd, dottedNumber, isDigit } from './dotted-numbers.ts'
import { type Identifier, type Version, type Whole, wholeOf } from './version.ts'
import { noSuffix, parseSuffix, type Suffix, wordIdentifiers } from './version-suffix.ts'

const prefixPattern = /^(?:release|rel|version|ver)-/i
/** What may stand right behind the numbers: a pre-release, then a word that says nothing or a revision. */
const gluedPattern = /^(?:(alpha|beta|rc|a|b)([0-9]+)|\.(alpha|beta|rc|cr|m|snapshot)([0-9]*)(?![0-9a-z]))?/i
const endingPattern = /^\.(?:final|ga|release|post([0-9]+))(?![0-9a-z])/i
const hyphen = 45
const dot = 46
const underscore = 95
const plus = 43
const maxLoneDigits = 4

/**
 * Reads a tag, or what follows its group, as a version (retention 11, 12). Undefined for any other text: a word,
 * a commit hash as a whole, a date without dots, `1.2.x`, a tag with an empty part.
 */
export const parseVersion = (text: string): Version | undefined => {
  const start = startOf(text)
  if (!isDigit(text.charCodeAt(start))) return undefined
  const majorEnd = digitsEnd(text, start)
  const minorEnd = dottedEnd(text, majorEnd)
  if (majorEnd - start > maxLoneDigits && minorEnd === majorEnd) return undefined
  const patchEnd = dottedEnd(text, minorEnd)
  const fourthEnd = dottedEnd(text, patchEnd)
  const rest: Rest | undefined = fourthEnd === text.length ? noSuffix : readRest(text, fourthEnd)
  if (rest === undefined) return undefined
  const major = wholeOf(text, start, majorEnd)
  const minor = dottedNumber(text, majorEnd, minorEnd)
  const patch = dottedNumber(text, minorEnd, patchEnd)
  const fourth = dottedNumber(text, patchEnd, fourthEnd)
  const { preRelease, post = -1, variant, revision } = rest
  // Spreading the rest would take twice as long, and tags come by the million.
  return { major, minor, patch, fourth, preRelease, post, variant, revision }
}

/** Where the numbers begin, behind a prefix and `v`. */
const startOf = (text: string): number => {
  const first = text.charCodeAt(0)
  if (isDigit(first)) return 0
  const letter = first | 32
  const prefix = letter === 114 || letter === 118 ? (prefixPattern.exec(text)?.[0].length ?? 0) : 0
  return (text.charCodeAt(prefix) | 32) === 118 ? prefix + 1 : prefix
}

interface Rest extends Suffix {
  /** Absent for none: a suffix that many tags share is then a rest as it is. */
  readonly post?: Whole
}

/** What stands behind the numbers: glued pre-release, ending, build, hyphenated parts. */
const readRest = (text: string, start: number): Rest | undefined => {
  const code = text.charCodeAt(start)
  // Nearly all tags have a hyphen there, and nothing else to look for.
  if (code === hyphen) return parseSuffix(text.slice(start + 1), false)
  const glued = gluedPattern.exec(text.slice(start))
  const isGlued = glued !== null && glued[0] !== ''
  if (isGlued && isCommitHash(text)) return undefined
  const afterGlued = start + (glued?.[0].length ?? 0)
  const ending = endingPattern.exec(text.slice(afterGlued))
  const afterEnding = afterGlued + (ending?.[0].length ?? 0)
  const at = afterBuild(text, afterEnding)
  if (at < text.length && text.charCodeAt(at) !== hyphen) return undefined
  const suffix = at === text.length ? noSuffix : parseSuffix(text.slice(at + 1), at > afterEnding)
  const preRelease = isGlued ? gluedIdentifiers(glued) : []
  return withPost(suffix, preRelease, ending?.[1])
}

const gluedIdentifiers = (glued: RegExpExecArray): readonly Identifier[] =>
  wordIdentifiers((glued[1] ?? glued[3] ?? '').toLowerCase(), glued[2] ?? glued[4] ?? '')

const withPost = (suffix: Suffix | undefined, first: readonly Identifier[], post?: string): Rest | undefined => {
  if (suffix === undefined) return undefined
  const { preRelease, variant, revision } = suffix
  return {
    preRelease: first.length === 0 ? preRelease : [...first, ...preRelease],
    post: post === undefined ? -1 : wholeOf(post, 0, post.length),
    variant,
    revision,
  }
}

/** A build is ignored; one without a character in it is none, and what is left then makes the tag no version. */
const afterBuild = (text: string, start: number): number => {
  if (!isBuildMark(text.charCodeAt(start))) return start
  let at = start + 1
  while (isBuildCharacter(text.charCodeAt(at))) at++
  return at === start + 1 ? start : at
}

const isBuildMark = (code: number): boolean => code === underscore || code === plus

const isBuildCharacter = (code: number): boolean => isDigit(code) || isLetter(code) || code === dot || isBuildMark(code)

const isLetter = (code: number): boolean => (code | 32) >= 97 && (code | 32) <= 122
