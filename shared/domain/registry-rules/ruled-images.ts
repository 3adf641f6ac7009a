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
      isArchived: image.storage === 'archived',
    }
  })
}

/**
 * A registry that tells push times does not renew them for an event of a push. Our own reads are no pulls: the deploy has
 * ECR exclude them, and where it could not, an image goes later than is told.
 */
function timesOf(image: ImageRecord, tags: readonly TagRecord[]) {
  const { pushedAt, firstSeenAt, pulledAt } = image
  const isPushTold = pushedAt.source === 'registry'
  const pushed = isPushTold || pushedAt.at < firstSeenAt ? pushedAt.at : firstSeenAt
  const moves = tags.flatMap(tag => movedAtOf(tag, firstSeenAt) ?? [])
  return {
    pushedAt: pushed,
    isPushTold,
    tagTimes: tags.map(tag => movedAtOf(tag, firstSeenAt) ?? pushed),
    ...(pulledAt && { pulledAt }),
    ...(moves.length > 0 && { retaggedAt: new Date(Math.max(...moves.map(time => time.getTime()))) }),
  }
}

/** Undefined for a tag that came with its image. */
const movedAtOf = (tag: TagRecord, imageSeenAt: Date): Date | undefined =>
  tag.movedAt ?? (tag.firstSeenAt > imageSeenAt ? tag.firstSeenAt : undefined)
