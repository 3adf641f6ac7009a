import type { Digest } from '../../domain/digest.ts'
import type { ImageRecord, TagRecord } from '../../domain/records/images.ts'
import { attachedSubject } from '../../domain/retention/versions/tag-kind.ts'

/**
 * A sweep that was killed after it deleted the tags continues with the digest, which is still judged under the tags it
 * had. A tag that pointed elsewhere when it was deleted is none of them: it had been moved away before.
 */
export function formerTagsOf(
  images: readonly ImageRecord[],
  tags: readonly TagRecord[],
): ReadonlyMap<string, readonly string[]> {
  const last = new Map(tags.filter(tag => tag.goneAt !== undefined).map(({ tag, digest }) => [tag, digest]))
  return new Map(
    images.flatMap(({ digest, deletion }): [string, readonly string[]][] => {
      const former = deletion?.tags.filter(tag => last.get(tag) === digest) ?? []
      return former.length === 0 ? [] : [[digest, former]]
    }),
  )
}

interface There {
  readonly tags: readonly TagRecord[]
  readonly images: readonly ImageRecord[]
}

/** What images are about, by their manifests or by their tags; some of it may have been there never. */
export const subjectsIn = ({ tags, images }: There): Digest[] => [
  ...images.flatMap(image => image.subject ?? []),
  ...tags.flatMap(({ tag }) => attachedSubject(tag) ?? []),
]

/** Subjects of images that are there, which a sweep deleted, with who did. */
export function deletedSubjectsOf({ tags, images }: There, all: readonly ImageRecord[]): ReadonlyMap<string, string> {
  const subjects = new Set(subjectsIn({ tags, images }))
  const gone = all.filter(({ digest, goneAt }) => goneAt !== undefined && subjects.has(digest))
  return new Map(
    gone.flatMap(({ digest, change, begunBy }): [string, string][] => {
      if (change.action === 'deleted') return [[digest, change.actor]]
      return begunBy === undefined ? [] : [[digest, `policy ${begunBy}`]]
    }),
  )
}
