import type { Digest } from '../../shared/domain/digest.ts'
import { platformText } from '../../shared/domain/platform-text.ts'
import type { ImageRecord } from '../../shared/domain/records/images.ts'
import { attachedSubject } from '../../shared/domain/retention/versions/tag-kind.ts'
import type { RepositoryWorld } from '../../shared/sweep/world/read-world.ts'

/** What is below a version: the manifests of an index, and what is about one of them. */
export interface VersionPart {
  readonly digest: string
  readonly kind: 'platform' | 'index' | 'referrer' | 'unknown'
  /** `linux/amd64`, or the type of artifact, or the tag of a signature. */
  readonly label: string
  readonly sizeBytes?: number
  readonly parts: readonly VersionPart[]
}

/** What is below one version, as far as it is shown. */
export interface VersionTree {
  readonly parts: readonly VersionPart[]
  /** There is more than is shown. */
  readonly isCut: boolean
}

/** An index can name thousands of manifests, and indexes one another: nobody reads on behind these. */
const mostParts = 200

/** Gives of each image of a repository the tree below it. What stands in it in two places has its own parts in one. */
export function versionTrees({
  images,
  tags,
}: Pick<RepositoryWorld, 'images' | 'tags'>): (digest: Digest) => VersionTree {
  const records = new Map(images.map(image => [image.digest, image]))
  const bySubject = Map.groupBy(images, image => image.subject)
  const byTag = Map.groupBy(tags, ({ tag }) => attachedSubject(tag))
  const attachedTo = (digest: Digest): Map<Digest, string> =>
    new Map([
      ...(byTag.get(digest) ?? []).map(one => [one.digest, one.tag] as const),
      ...(bySubject.get(digest) ?? []).map(one => [one.digest, one.artifactType ?? 'referrer'] as const),
    ])
  const shallowBelow = (digest: Digest): Omit<VersionPart, 'parts'>[] => {
    const children = records.get(digest)?.children ?? []
    const attached = [...attachedTo(digest)].filter(([other]) => !children.includes(other))
    return [
      ...children.map(child => childPart(child, records.get(child))),
      ...attached.map(([other, label]) => ({
        ...partOf(other, records.get(other)),
        kind: 'referrer' as const,
        label,
      })),
    ]
  }
  return digest => {
    const opened = new Set<string>()
    let left = mostParts
    let isCut = false
    const below = (whole: Digest): VersionPart[] => {
      if (opened.has(whole)) return []
      opened.add(whole)
      const all = shallowBelow(whole)
      const shown = all.slice(0, left)
      left -= shown.length
      isCut ||= shown.length < all.length
      return shown.map(part => ({ ...part, parts: below(part.digest as Digest) }))
    }
    const parts = below(digest)
    return { parts, isCut }
  }
}

const partOf = (digest: Digest, record: ImageRecord | undefined) => ({
  digest,
  ...(record?.sizeBytes !== undefined && { sizeBytes: record.sizeBytes }),
})

function childPart(digest: Digest, record: ImageRecord | undefined): Omit<VersionPart, 'parts'> {
  const part = partOf(digest, record)
  if (record?.children !== undefined && record.children.length > 0) return { ...part, kind: 'index', label: 'index' }
  if (record?.platform !== undefined) return { ...part, kind: 'platform', label: platformText(record.platform) }
  return { ...part, kind: 'unknown', label: record?.artifactType ?? 'platform not known' }
}
