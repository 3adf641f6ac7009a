/** Commit hashes are null: nothing tells one from another. */
export type PreRelease = readonly (null | bigint | string)[]

/** A version split at its places, in lower case, before its identifiers are read. */
export interface VersionText {
  readonly numbers: readonly bigint[]
  /** Word and digits directly after the numbers. */
  readonly glued: readonly [string, string] | undefined
  /** Pre-release parts without their builds, in order. */
  readonly parts: readonly string[]
  readonly variant: string
  readonly post: bigint
  readonly revision: bigint
}

const head = new RegExp(
  [
    '^(?:(?:release|rel|version|ver)-)?v?',
    '(?<numbers>[0-9]+(?:\\.[0-9]+){0,3})',
    '(?:(?<glued>alpha|beta|rc|a|b)(?<gluedDigits>[0-9]+)|\\.(?<dotted>alpha|beta|rc|cr|m|snapshot)(?<dottedDigits>[0-9]*))?',
    '(?:\\.(?:final|ga|release)|\\.post(?<post>[0-9]+))?',
    '(?<build>[_+][a-z0-9._+]+)?',
    '(?:-(?<parts>.*))?$',
  ].join(''),
)

/** Rules 11 and 12 for a text in lower case; undefined for what is no version. */
export const readVersion = (text: string): VersionText | undefined => {
  const found = head.exec(text)?.groups
  if (found === undefined || isHash(text)) return undefined
  const { glued, gluedDigits, dotted, dottedDigits, post, build } = found
  const numbers = (found.numbers ?? '').split('.')
  const parts = found.parts?.split('-') ?? []
  if ((numbers.length === 1 && (numbers[0] ?? '').length > 4) || !parts.every(isPart)) return undefined
  const firstOther = parts.findIndex(part => !isPreReleasePart(part))
  const leading = firstOther < 0 ? parts : parts.slice(0, firstOther)
  const trailing = firstOther < 0 ? [] : parts.slice(firstOther)
  const { variant, revision } = variantOf(trailing.filter(part => !isBuildNumber(part)))
  const word = glued ?? dotted
  return {
    numbers: numbers.map(BigInt),
    glued: word === undefined ? undefined : [word, gluedDigits ?? dottedDigits ?? ''],
    parts: [...withoutBuilds(leading, build !== undefined), ...trailing.filter(isBuildNumber)],
    variant,
    post: post === undefined ? -1n : BigInt(post),
    revision,
  }
}

const isPart = (part: string): boolean =>
  /^[a-z0-9._+]+$/.test(part) && !/[_+]$/.test(part) && !/(^|[._+])\.|\.([._+]|$)/.test(part)

const preReleaseWord =
  /^(alpha|beta|rc|pre|preview|dev|snapshot|nightly|canary|next|ea|milestone|a|b|m|build|ci|pr|sha|git|test)[0-9]*$/

const beginsWithNumberOrHash = (part: string): boolean => {
  const first = part.split(/[._+]/)[0] ?? ''
  return isNumber(first) || isHash(first)
}

const isPreReleasePart = (part: string): boolean =>
  beginsWithNumberOrHash(part) || preReleaseWord.test(part.split(/[._+]/)[0] ?? '')

/** The pre-release parts without builds: what `_` or `+` begins, and the numbers and hashes after one has begun. */
const withoutBuilds = (leading: readonly string[], begun: boolean): string[] => {
  const kept: string[] = []
  let inBuild = begun
  for (const part of leading) {
    if (inBuild && beginsWithNumberOrHash(part)) continue
    const [text = '', build] = part.split(/[_+](.*)/)
    kept.push(text)
    if (build !== undefined) inBuild = true
  }
  return kept
}

const isNumber = (text: string): boolean => /^[0-9]+$/.test(text)

/** A part of a variant that is pre-release nevertheless. */
const isBuildNumber = (part: string): boolean => isHash(part) || /^[0-9]{5,}$/.test(part)

const counter = /^(rev|ls|build|eksbuild|p|patch|u|update|hotfix|k3s|rke2r)([0-9]+)$/

const variantOf = (parts: readonly string[]): { variant: string; revision: bigint } => {
  const last = parts.at(-1) ?? ''
  const before = parts.slice(0, -1)
  const [, plain] = /^r([0-9]+)$/.exec(last) ?? []
  if (plain !== undefined) return { variant: before.join('-'), revision: BigInt(plain) }
  const [, word, digits = ''] = counter.exec(last) ?? /^([a-z_]+)\.([0-9]+)$/.exec(last) ?? []
  if (word === undefined || (last.includes('.') && isHash(digits))) return { variant: parts.join('-'), revision: -1n }
  return { variant: [...before, word].join('-'), revision: BigInt(digits) }
}

/** Rule 11: hex with a digit and a letter, or so many digits that are no date; `g` may stand before both. */
export const isHash = (text: string): boolean => {
  const [, g, hex = ''] = /^(g?)([0-9a-f]{7,40})$/.exec(text) ?? []
  if (!/[0-9]/.test(hex)) return false
  return /[a-f]/.test(hex) || g !== '' || !isDate(hex)
}

const isDate = (digits: string): boolean =>
  /^20[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])([0-9]{2}|[0-9]{4}|[0-9]{6})?$/.test(digits)

export const identifiersOf = ({ glued, parts }: VersionText): PreRelease => [
  ...(glued === undefined ? [] : wordAndNumber(...glued)),
  ...parts.flatMap(part => part.split('.')).flatMap(identifier),
]

const identifier = (text: string): PreRelease => {
  if (isHash(text)) return [null]
  if (isNumber(text)) return [BigInt(text)]
  const [, word = text, digits = ''] = /^([a-z]+)([0-9]+)$/.exec(text) ?? []
  return wordAndNumber(word, digits)
}

const wordAndNumber = (word: string, digits: string): PreRelease => {
  const whole = word === 'a' ? 'alpha' : word === 'b' ? 'beta' : word
  return digits === '' ? [whole] : [whole, BigInt(digits)]
}
