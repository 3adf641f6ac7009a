import type { ImageRecord, TagRecord } from '../../domain/records/images.ts'
import type { UsageRecord } from '../../domain/records/workloads.ts'
import { indexReferences } from '../../domain/reference-index.ts'
import { digestsBelow } from '../../domain/version-runs.ts'

/**
 * The usage, in which what refers to an index that is recorded as gone refers to all below it as well. A registry, or
 * the copy of it that was asked, may have denied an index that it holds: what runs by it would break without its platforms.
 */
export function withPartsOfGone(
  repository: string,
  { images, tags }: { readonly images: readonly ImageRecord[]; readonly tags: readonly TagRecord[] },
  usage: readonly UsageRecord[],
): readonly UsageRecord[] {
  const gone = images.filter(({ goneAt, children = [] }) => goneAt !== undefined && children.length > 0)
  if (gone.length === 0) return usage
  const references = indexReferences(usage.filter(({ endedAt }) => endedAt === undefined))
  const records = new Map(images.map(image => [image.digest, image]))
  const tagsOf = Map.groupBy(tags, tag => tag.digest)
  const ofParts = gone.flatMap(index => {
    const users = references.to(
      index.digest,
      (tagsOf.get(index.digest) ?? []).map(({ tag }) => tag),
    )
    if (users.length === 0) return []
    const [, ...below] = digestsBelow(index.digest, records)
    return below.flatMap(digest => users.map(user => ({ ...user, repository, image: `${repository}@${digest}` })))
  })
  return [...usage, ...ofParts]
}
