/** A number of any length: exact as `number` up to 15 digits, as `bigint` beyond. One value has one form. */
export type Whole = number | bigint

/** Ranks of the identifiers of a pre-release: commit hashes below numbers below words (retention 13). */
export type IdentifierRank = 0 | 1 | 2
export const hashRank = 0
export const numberRank = 1
export const wordRank = 2

/** One identifier of a pre-release. All commit hashes have the value 0: they say nothing about time. */
export interface Identifier {
  readonly rank: IdentifierRank
  readonly value: Whole | string
}

/** What a version tag says once it is read (retention 11, 12); missing numbers are 0. */
export interface Version {
  readonly major: Whole
  readonly minor: Whole
  readonly patch: Whole
  readonly fourth: Whole
  /** Empty for a release. */
  readonly preRelease: readonly Identifier[]
  /** The number of `.post3`, -1 for none. */
  readonly post: Whole
  /** Lower case, parts joined by `-`; empty for none. */
  readonly variant: string
  /** -1 for none, so that `r0` ranks above it. */
  readonly revision: Whole
}

const exactDigits = 15

/** The number that `text` writes from `start` to `end`, all of them decimal digits. */
export const wholeOf = (text: string, start: number, end: number): Whole => {
  let from = start
  while (from < end - 1 && text.charCodeAt(from) === 48) from++
  if (end - from > exactDigits) return BigInt(text.slice(from, end))
  let value = 0
  for (let at = from; at < end; at++) value = value * 10 + text.charCodeAt(at) - 48
  return value
}

/** Below 0 where `a` is older, above 0 where it is newer, 0 where the versions say the same (retention 13). */
export const compareVersions = (a: Version, b: Version): number =>
  compareWholes(a.major, b.major) ||
  compareWholes(a.minor, b.minor) ||
  compareWholes(a.patch, b.patch) ||
  compareWholes(a.fourth, b.fourth) ||
  comparePreReleases(a.preRelease, b.preRelease) ||
  compareWholes(a.post, b.post) ||
  compareWholes(a.revision, b.revision)

/**
 * Plain order; a number and a bigint compare by amount. Apart from the order of words, since a comparison that has met
 * words takes three times as long with numbers ever after.
 */
export const compareWholes = (a: Whole, b: Whole): number => (a < b ? -1 : a > b ? 1 : 0)

const compareValues = (a: Whole | string, b: Whole | string): number => (a < b ? -1 : a > b ? 1 : 0)

const comparePreReleases = (a: readonly Identifier[], b: readonly Identifier[]): number => {
  if (a.length === 0 || b.length === 0) return Math.sign(b.length - a.length)
  const shared = Math.min(a.length, b.length)
  for (let at = 0; at < shared; at++) {
    const order = compareIdentifiers(a[at], b[at])
    if (order !== 0) return order
  }
  return Math.sign(a.length - b.length)
}

const compareIdentifiers = (a: Identifier | undefined, b: Identifier | undefined): number =>
  a === undefined || b === undefined ? 0 : a.rank - b.rank || compareValues(a.value, b.value)
