import { identifiersOf, isHash, type PreRelease, readVersion } from './oracle-versions.ts'

/** A tag as the oracle reads it: by regular expressions, with every number a bigint. */
export interface ReadTag {
  readonly kind: 'attached' | 'floating' | 'version' | 'other'
  /** What it is counted in beside the rule that applies to it: group, variant or stem, and class as one text. */
  readonly count: string
  readonly subject: string | undefined
  readonly numbers: readonly bigint[]
  readonly preRelease: PreRelease
  /** -1 where there is none. */
  readonly post: bigint
  readonly revision: bigint
}

const floatingWords =
  'latest stable edge nightly main master develop dev canary lts mainline rolling current next testing ' +
  'prod production preprod pre-prod uat staging stage qa test demo live release'
const floating = new RegExp(`^(${floatingWords.replaceAll(' ', '|')})$|^(latest|stable)-.`)
const nothing = { count: '', subject: undefined, numbers: [], preRelease: [], post: -1n, revision: -1n }

const readTags = new Map<string, ReadTag>()

export const readTag = (tag: string, groupBy = ''): ReadTag => {
  const key = `${tag} ${groupBy}`
  const read = readTags.get(key) ?? readAnew(tag, groupBy)
  if (readTags.size < 200_000) readTags.set(key, read)
  return read
}

const readAnew = (tag: string, groupBy: string): ReadTag => {
  const attached = /^sha256-([0-9a-f]{64})(\..+)?$/.exec(tag)
  if (attached !== null) return { ...nothing, kind: 'attached', subject: `sha256:${attached[1]}` }
  if (floating.test(tag)) return { ...nothing, kind: 'floating' }
  const match = groupBy === '' ? null : new RegExp(groupBy).exec(tag)
  const group = match === null ? 'no group' : `group ${JSON.stringify(match.length > 1 ? (match[1] ?? '') : match[0])}`
  const rest = (match === null ? tag : tag.slice(match.index + match[0].length)).toLowerCase()
  const version = readVersion(rest)
  if (version === undefined) return { ...nothing, kind: 'other', count: `${group} ${stemOf(rest)}` }
  const { numbers, post, revision, variant } = version
  const preRelease = identifiersOf(version)
  const kind = preRelease.length > 0 ? 'pre-releases' : 'releases'
  return {
    kind: 'version',
    count: `${group} ${kind} of variant ${variant}`,
    subject: undefined,
    numbers,
    preRelease,
    post,
    revision,
  }
}

/** Rule 14: the text before the first digit, or before the first token that is a hash, whichever is earlier. */
const stemOf = (text: string): string => {
  const digit = text.search(/[0-9]/)
  const tokens = [...text.matchAll(/[^-._]+/g)]
  const hash = tokens.find(([token]) => isHash(token))?.index ?? Number.POSITIVE_INFINITY
  if (digit < 0) return 'names'
  return `stem ${text.slice(0, Math.min(digit, hash))}`
}
