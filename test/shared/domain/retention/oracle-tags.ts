/** A tag as the oracle reads it: by regular expressions, with every number a bigint. */
export interface ReadTag {
  readonly kind: 'cosign' | 'floating' | 'version' | 'other'
  /** What it is counted in: group, variant and class as one text. */
  readonly count: string
  readonly subject: string | undefined
  readonly numbers: readonly bigint[]
  readonly preRelease: readonly (null | bigint | string)[]
  readonly revision: bigint
}

const floating =
  /^(latest|stable|edge|nightly|main|master|develop|dev|canary|lts|mainline|rolling|current|next|testing)$|^(latest|stable)-/
const preReleaseWord =
  /^(alpha|beta|rc|pre|preview|dev|snapshot|nightly|canary|next|ea|milestone|a|b|m|build|ci|pr|sha|git|test)[0-9]*$/
const versionPattern = /^v?([0-9]+(?:\.[0-9]+){0,3})((?:alpha|beta|rc|a|b)[0-9]+)?(?:[_+][a-z0-9.]+)?(?:-(.+))?$/
const none = { count: '', subject: undefined, numbers: [], preRelease: [], revision: -1n }

const isHash = (text: string): boolean =>
  /^g?[0-9a-f]{7,40}$/.test(text) && /[0-9]/.test(text) && /^g?.*[a-f]/.test(text)

const readTags = new Map<string, ReadTag>()

export const readTag = (tag: string, groupBy = ''): ReadTag => {
  const key = `${tag} ${groupBy}`
  const read = readTags.get(key) ?? readAnew(tag, groupBy)
  if (readTags.size < 200_000) readTags.set(key, read)
  return read
}

const readAnew = (tag: string, groupBy: string): ReadTag => {
  const cosign = /^sha256-([0-9a-f]{64})(\.sig|\.att|\.sbom)?$/.exec(tag)
  if (cosign !== null) return { ...none, kind: 'cosign', subject: `sha256:${cosign[1]}` }
  if (floating.test(tag)) return { ...none, kind: 'floating' }
  const match = groupBy === '' ? null : new RegExp(groupBy).exec(tag)
  const group = match === null ? '-' : `+${match[1] ?? match[0]}`
  const rest = match === null ? tag : tag.slice(match.index + match[0].length)
  return readVersion(rest, group) ?? { ...none, kind: 'other', count: `${group} other` }
}

const readVersion = (text: string, group: string): ReadTag | undefined => {
  const match = /^[0-9v]/.test(text) ? versionPattern.exec(text.toLowerCase()) : null
  if (match === null || isHash(text.toLowerCase())) return undefined
  const numbers = (match[1] ?? '').split('.')
  if (numbers.length === 1 && (numbers[0] ?? '').length > 4) return undefined
  const parts = match[3]?.split('-') ?? []
  if (parts.some(part => part.split('.').some(identifier => !/^[a-z0-9_]+$/.test(identifier)))) return undefined
  const firstOther = parts.findIndex(part => !isPreReleasePart(part))
  const leading = firstOther < 0 ? parts : parts.slice(0, firstOther)
  const trailing = firstOther < 0 ? [] : parts.slice(firstOther)
  const revision = /^r([0-9]+)$/.exec(trailing.at(-1) ?? '')
  const middle = revision === null ? trailing : trailing.slice(0, -1)
  const variant = middle.filter(part => !isBuild(part))
  const preRelease = [match[2] ?? [], leading, middle.filter(isBuild)].flat()
  return {
    ...none,
    kind: 'version',
    count: `${group} ${variant.join('-')} ${preRelease.length > 0 ? 'pre' : 'release'}`,
    numbers: numbers.map(BigInt),
    preRelease: preRelease.flatMap((part, at) =>
      part.split('.').flatMap(each => identifiers(each, at === 0 && !!match[2])),
    ),
    revision: revision === null ? -1n : BigInt(revision[1] ?? 0),
  }
}

const isPreReleasePart = (part: string): boolean => {
  const first = part.split('.')[0] ?? ''
  return /^[0-9]+$/.test(first) || isHash(first) || preReleaseWord.test(first)
}

const isBuild = (part: string): boolean => isHash(part) || /^[0-9]{5,}$/.test(part)

const identifiers = (text: string, glued: boolean): (null | bigint | string)[] => {
  if (/^[0-9]+$/.test(text)) return [BigInt(text)]
  if (!glued && isHash(text)) return [null]
  const split = /^([a-z_]+)([0-9]+)$/.exec(text)
  const words = split === null ? [text] : [split[1] ?? '', BigInt(split[2] ?? 0)]
  return words.map(word => (word === 'a' ? 'alpha' : word === 'b' ? 'beta' : word))
}

const rank = (identifier: null | bigint | string): number =>
  identifier === null ? 0 : typeof identifier === 'bigint' ? 1 : 2

/** Below 0 where `a` is older; tags that are no versions are equal. */
export const compareRead = (a: ReadTag, b: ReadTag): number => {
  for (let at = 0; at < 4; at++) {
    const order = compare(a.numbers[at] ?? 0n, b.numbers[at] ?? 0n)
    if (order !== 0) return order
  }
  return comparePreReleases(a.preRelease, b.preRelease) || compare(a.revision, b.revision)
}

const comparePreReleases = (a: ReadTag['preRelease'], b: ReadTag['preRelease']): number => {
  if (a.length === 0 || b.length === 0) return compare(a.length === 0 ? 1 : 0, b.length === 0 ? 1 : 0)
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const [left, right] = [a[at], b[at]]
    if (left === undefined || right === undefined) return left === undefined ? -1 : 1
    const order = compare(rank(left), rank(right)) || (left === null || right === null ? 0 : compare(left, right))
    if (order !== 0) return order
  }
  return 0
}

const compare = <T>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0)
