import { dayMs } from '../duration.ts'
import type { BegunDeletion, ImageRecord } from '../records/images.ts'

/** The deletion that has begun and not ended yet, as it is remembered once its mark is off. What is archived stays. */
export const deletionUnderWay = (
  { mark, deletion }: Pick<ImageRecord, 'mark' | 'deletion'>,
  { tags, isFailure }: { readonly tags?: readonly string[]; readonly isFailure: boolean },
): BegunDeletion | undefined => {
  if (mark === undefined || deletion === undefined || mark.archives) return undefined
  return {
    policy: mark.policy,
    runId: deletion.runId,
    at: deletion.startedAt,
    reason: mark.reason,
    facts: mark.facts,
    tags: tags ?? deletion.tags,
    isFailure,
  }
}

/**
 * A registry that has not carried out a delete within this does not do so any more: if the image is deleted later,
 * another did it. As long as the longest time between two syncs of a repository.
 */
const carriedOutWithinMs = dayMs

/** The deletion because of which the image, or a tag of it, is gone: one under way, or one that had begun. */
export function deletionBehind(image: ImageRecord, now: Date): BegunDeletion | undefined {
  const underWay = deletionUnderWay(image, { isFailure: false })
  if (underWay !== undefined) return underWay
  const { begun } = image
  return begun !== undefined && isCarriedOutLately(begun.at, now) ? begun : undefined
}

/** True while what a registry shows may be what it was asked for then. */
export const isCarriedOutLately = (askedAt: Date, now: Date): boolean =>
  now.getTime() - askedAt.getTime() <= carriedOutWithinMs
