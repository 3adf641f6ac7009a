import type { Digest } from './digest.ts'
import type { ImageRecord, TagRecord } from './records/images.ts'
import type { UsageRecord } from './records/workloads.ts'
import type { ReferenceIndex } from './reference-index.ts'
import { everyDigest } from './usage.ts'

/** One image that the registry holds, and how it ran: by itself, or through the manifests below it. */
export interface VersionRun {
  readonly image: ImageRecord
  /** The tags on it now. */
  readonly tags: readonly string[]
  /** Its own digest and those below it, through any depth, also of manifests that are not recorded. */
  readonly digests: ReadonlySet<Digest>
  /** True for a manifest that an index of the repository holds. */
  readonly isPart: boolean
  /** A workload refers to it, not only as a rollback target. */
  readonly isCurrent: boolean
  /** A rollback of a workload can go back to it. */
  readonly isTarget: boolean
  readonly hasRun: boolean
  /** When the last workload that ran it ceased to; absent where that was before usage was recorded. */
  readonly ranUntil: Date | undefined
}

/** How each image of a repository ran; those that are gone are left out. */
export function versionRuns(
  images: readonly ImageRecord[],
  tags: readonly TagRecord[],
  references: ReferenceIndex,
): VersionRun[] {
  const present = images.filter(image => image.goneAt === undefined)
  const byDigest = new Map(present.map(image => [image.digest, image]))
  const tagsOn = Map.groupBy(
    tags.filter(tag => tag.goneAt === undefined),
    tag => tag.digest,
  )
  const parts = new Set(present.flatMap(image => image.children ?? []))
  return present.map(image => {
    const digests = digestsBelow(image.digest, byDigest)
    const found = [...digests]
      .flatMap(digest => referencesTo(digest, tagsOn.get(digest) ?? [], references))
      // What means every image does not say which of them runs.
      .filter(reference => !reference.image.endsWith(everyDigest))
    return {
      image,
      digests,
      tags: (tagsOn.get(image.digest) ?? []).map(tag => tag.tag),
      isPart: parts.has(image.digest),
      ...runOf(found),
    }
  })
}

/** The digest itself and those below it, through any depth; circles end where they began. */
export function digestsBelow(digest: Digest, images: ReadonlyMap<Digest, ImageRecord>): ReadonlySet<Digest> {
  const found = new Set([digest])
  for (const one of found) for (const child of images.get(one)?.children ?? []) found.add(child)
  return found
}

/** What ended before a tag came to this digest ran another one, whose digest the Pods of that time name themselves. */
function referencesTo(digest: Digest, tags: readonly TagRecord[], references: ReferenceIndex): readonly UsageRecord[] {
  if (tags.length === 0) return references.to(digest, [])
  const byTag = tags.flatMap(({ tag, movedAt }) =>
    references
      .to(undefined, [tag])
      .filter(({ endedAt }) => endedAt === undefined || movedAt === undefined || endedAt > movedAt),
  )
  return [...references.to(digest, []), ...byTag]
}

function runOf(found: readonly UsageRecord[]): Pick<VersionRun, 'isCurrent' | 'isTarget' | 'hasRun' | 'ranUntil'> {
  const ended = found.filter(({ endedAt, rollback }) => endedAt !== undefined && !rollback)
  const lastMs = ended.reduce((latest, { endedAt }) => Math.max(latest, endedAt?.getTime() ?? 0), 0)
  return {
    isCurrent: found.some(({ endedAt, rollback }) => endedAt === undefined && !rollback),
    isTarget: found.some(({ endedAt, rollback }) => endedAt === undefined && rollback),
    hasRun: found.length > 0,
    ranUntil: ended.length > 0 ? new Date(lastMs) : undefined,
  }
}
