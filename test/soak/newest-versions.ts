import type { Digest } from '../../shared/domain/digest.ts'
import { type PolicyView, ruleSetOf, type TagSpec } from './policy-view.ts'
import type { RepositoryBook } from './registry-book.ts'

/** The only version tags that the soak pushes: `v1.2.3`, with `-rc.N` or a variant. */
const versionTag = /^v(\d+)\.(\d+)\.(\d+)(?:-rc\.(\d+))?(?:-(alpine|slim))?$/
/** The only `groupBy` of the soak: `web-v1.2.3` is v1.2.3 of the group web. */
export const webGroup = '^(web)-'
const floatingTags = ['latest', 'stable', 'edge']

interface Version {
  readonly digest: Digest
  readonly numbers: readonly number[]
  /** What it is counted with. */
  readonly count: string
}

/**
 * Digests that a policy's count keeps for certain: the newest N versions of each variant and class, and what a floating
 * tag is on. Of a semver window, the newest version of each, which no window can leave out.
 */
export function newestOf(
  book: RepositoryBook,
  { spec, covers }: PolicyView,
  isVisible: (digest: Digest) => boolean,
): ReadonlySet<Digest> {
  const judged = [...book.tags].filter(([tag, digest]) => covers(tag) && !isReferrer(book, digest, isVisible))
  const kept = new Set<Digest>()
  for (const [ruleSet, tags] of Map.groupBy(judged, ([tag]) => ruleSetOf(spec, tag))) {
    const limit = Math.max(ruleSet.keepRecent ?? 0, ruleSet.semver === undefined ? 0 : 1)
    if (limit === 0) continue
    for (const [tag, digest] of tags) if (floatingTags.includes(tag)) kept.add(digest)
    const versions = tags.flatMap(([tag, digest]) => versionOf(tag, digest, ruleSet))
    for (const group of Map.groupBy(versions, version => version.count).values()) {
      const digests = group.sort(newestFirst).map(version => version.digest)
      for (const digest of [...new Set(digests)].slice(0, limit)) kept.add(digest)
    }
  }
  return kept
}

/** What is about something that nobody knows of counts as a version like any other. */
function isReferrer(book: RepositoryBook, digest: Digest, isVisible: (digest: Digest) => boolean): boolean {
  const manifest = book.manifests.get(digest)
  return manifest !== undefined && book.subjectsOf(manifest).some(isVisible)
}

function versionOf(tag: string, digest: Digest, { groupBy }: TagSpec): Version[] {
  const group = groupBy === undefined ? null : new RegExp(groupBy).exec(tag)
  const match = versionTag.exec(tag.slice(group?.[0].length ?? 0))
  if (!match) return []
  const [, major, minor, patch, candidate, variant = ''] = match
  const numbers = [major, minor, patch, candidate ?? 0].map(Number)
  return [
    { digest, numbers, count: `${group?.[1] ?? ''} ${variant} ${candidate === undefined ? 'release' : 'candidate'}` },
  ]
}

const newestFirst = (a: Version, b: Version): number =>
  a.numbers.map((number, at) => (b.numbers[at] ?? 0) - number).find(difference => difference !== 0) ?? 0
