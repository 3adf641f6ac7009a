import type { ImageRecord, TagRecord } from '../records/images.ts'
import { attachedSubject } from '../retention/versions/tag-kind.ts'
import type { RuledImage } from './taking.ts'

/** The images of a repository that are there, as the rules of its registry see them. Linear. */
export function ruledImagesOf(images: readonly ImageRecord[], tags: readonly TagRecord[]): RuledImage[] {
  const present = images.filter(image => image.goneAt === undefined)
  const parts = new Set(present.flatMap(image => (image.children ?? []).filter(child => child !== image.digest)))
  const tagsOn = Map.groupBy(
    tags.filter(tag => tag.goneAt === undefined),
    tag => tag.digest,
  )
  return present.map(image => {
    const own = tagsOn.get(image.digest) ?? []
    return {
      digest: image.digest,
      tags: own.map(({ tag }) => tag),
      ...timesOf(image, own),
      isPart: parts.has(image.digest),
      isAttached: image.subject !== undefined || own.some(({ tag }) => attachedSubject(tag) !== undefined),
      isArchived: image.unreadable !== undefined && archived.test(image.unreadable),
    }
  })
}

/** As the reader of ECR words it. */
const archived = /^archived in ECR\b/

/**
 * A registry that tells push times does not renew them for an event of a push. Our own read of a manifest is a pull to
 * the registry.
 */
function timesOf(image: ImageRecord, tags: readonly TagRecord[]) {
  const { pushedAt, firstSeenAt, pulledAt, ownReadAt } = image
  const isPushTold = pushedAt.source === 'registry'
  const moves = tags.flatMap(tag => tag.movedAt ?? (tag.firstSeenAt > firstSeenAt ? tag.firstSeenAt : []))
  const pulls = [pulledAt, ownReadAt].flatMap(time => time?.getTime() ?? [])
  return {
    pushedAt: isPushTold || pushedAt.at < firstSeenAt ? pushedAt.at : firstSeenAt,
    isPushTold,
    ...(pulls.length > 0 && { pulledAt: new Date(Math.max(...pulls)) }),
    ...(moves.length > 0 && { retaggedAt: new Date(Math.max(...moves.map(time => time.getTime()))) }),
  }
}
