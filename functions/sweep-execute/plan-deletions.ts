import type { Digest } from '../../shared/domain/digest.ts'
import type { ImageRecord } from '../../shared/domain/records.ts'
import type { Evaluation } from '../../shared/sweep/evaluate-policy.ts'
import type { CoveredObject } from '../../shared/sweep/policy-scope.ts'
import type { RepositoryWorld } from '../../shared/sweep/read-world.ts'

/** One image whose grace is over and which, read afresh, is still doomed, with all that goes with it. */
export interface Deletion {
  readonly image: ImageRecord
  /** Doomed tags that the policy covers. */
  readonly tags: readonly string[]
  /** True when the digest goes too: every tag on it is doomed and nothing that stays needs it. */
  readonly wholeImage: boolean
  /** The Repository objects of the doomed tags. */
  readonly objects: readonly CoveredObject[]
}

/**
 * The deletions of one repository in the order in which they are safe: an index before its children, a subject before
 * its referrers, so that nothing that still stands ever refers to what is gone.
 */
export function planDeletions(evaluation: Evaluation, world: RepositoryWorld, now: Date): Deletion[] {
  const { policy } = evaluation
  const doomed = evaluation.doomedDigests.get(world.id) ?? new Set<string>()
  const ready = world.images.filter(
    ({ mark }) => mark?.policy === policy.id && mark.policyHash === policy.hash && mark.deleteAfter <= now,
  )
  const deletions = ready.flatMap(image => {
    const tags = evaluation.doomedTags
      .filter(one => one.repository === world.id && one.digest === image.digest)
      .map(one => one.tag)
    const former = image.deletion?.tags ?? []
    const all = [...new Set([...tags, ...former.filter(tag => isFree(tag, world))])].sort()
    const objects = evaluation.covered.filter(
      one => one.repository === world.id && one.tag !== undefined && all.includes(one.tag),
    )
    const wholeImage = doomed.has(image.digest)
    return wholeImage || all.length > 0 ? [{ image, tags: all, wholeImage, objects }] : []
  })
  return inSafeOrder(deletions)
}

/** True when no tag of that name is left: a former tag that somebody pushed again belongs to its new digest. */
const isFree = (tag: string, world: RepositoryWorld): boolean => !world.tags.some(one => one.tag === tag)

function inSafeOrder(deletions: readonly Deletion[]): Deletion[] {
  const byDigest = new Map(deletions.map(deletion => [deletion.image.digest, deletion]))
  const before = new Map<Digest, Digest[]>()
  const mustFollow = (later: Digest, earlier: Digest) => before.set(later, [...(before.get(later) ?? []), earlier])
  for (const { image } of deletions) {
    for (const child of image.children ?? []) mustFollow(child, image.digest)
    for (const subject of subjectsOf(image, deletions)) mustFollow(image.digest, subject)
  }
  const ordered = new Set<Deletion>()
  const visiting = new Set<Digest>()
  const visit = (digest: Digest) => {
    const deletion = byDigest.get(digest)
    if (!deletion || visiting.has(digest)) return
    visiting.add(digest)
    for (const earlier of before.get(digest) ?? []) visit(earlier)
    ordered.add(deletion)
  }
  for (const deletion of deletions) visit(deletion.image.digest)
  return [...ordered]
}

const cosignTag = /^sha256-([0-9a-f]{64})(\.(sig|att|sbom))?$/

/** The subject that the manifest names, and the one that a cosign tag names. */
function subjectsOf(image: ImageRecord, deletions: readonly Deletion[]): Digest[] {
  const tags = deletions.find(one => one.image === image)?.tags ?? []
  const named = tags.flatMap((tag): Digest[] => {
    const hex = cosignTag.exec(tag)?.[1]
    return hex === undefined ? [] : [`sha256:${hex}`]
  })
  return image.subject === undefined ? named : [image.subject, ...named]
}
