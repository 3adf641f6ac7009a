import type { Image } from '../../image.ts'
import { knownMs } from '../listing/known-time.ts'
import { isReferrer, type Listing } from '../listing/listing.ts'
import { manifestKind } from '../listing/media-type.ts'
import { isUntagged } from '../read-tags.ts'
import type { Keep, Protection } from './keep-rule.ts'

/**
 * Retention 5: keeps what is not known well enough to be judged, and every untagged image of a repository with an image
 * of which it is not known what it refers to, since each of them may be that, or be about that.
 */
export const unknown: Protection<'unknown'> = {
  name: 'unknown',
  keep({ listing, archives }, keep) {
    let opaque: Image | undefined
    for (let place = 0; place < listing.images.length; place++) {
      const image = listing.images[place] as Image
      const reason = unknownReason(image, listing.pushedMs[place] as number, archives)
      if (reason === undefined) continue
      keep(place, reason)
      if (isOpaque(image) && (opaque === undefined || image.digest < opaque.digest)) opaque = image
    }
    if (opaque !== undefined) keepUntagged(listing, opaque, keep)
  },
}

/** It may refer to any image. */
const isOpaque = (image: Image): boolean =>
  image.children === undefined && (image.unreadable !== undefined || manifestKind(image.mediaType) === 'index')

const unknownReason = (image: Image, pushedMs: number, archives: boolean): string | undefined => {
  if (image.unclear !== undefined) return `its record is not understood: ${image.unclear}`
  if (image.unreadable !== undefined) return `its manifest cannot be read: ${image.unreadable}`
  if (image.storage !== undefined && !(archives && image.storage === 'archived')) return archivedReason
  if (image.mayBeNamed !== undefined) return image.mayBeNamed
  if (pushedMs === Number.NEGATIVE_INFINITY) {
    return knownMs(image.pushedAt) === pushedMs && image.pushedAt !== undefined
      ? 'its push time is from before 2013-03-20'
      : 'its push time is not known'
  }
  if (image.mediaType === undefined) return 'its media type is not known'
  if (manifestKind(image.mediaType) === undefined) return 'its media type is none that is known here'
  return isOpaque(image) ? 'an index whose children are not known' : undefined
}

/** Before a delete each manifest is read and kept, so that it can be put back. */
const archivedReason = 'archived in its registry, which hands out nothing that could be kept before a delete'

const keepUntagged = (listing: Listing, { digest, unreadable }: Image, keep: Keep): void => {
  const reason =
    unreadable === undefined
      ? `untagged, and may be a child of index ${digest}, whose children are not known`
      : `untagged, and ${digest} may refer to it, which cannot be read: ${unreadable}`
  for (let place = 0; place < listing.images.length; place++) {
    if (isUnexplained(listing, place)) keep(place, reason)
  }
}

/** Nothing that is listed says what it is for: it has no tag, or only those that are about an image that is not listed. */
const isUnexplained = (listing: Listing, place: number): boolean =>
  listing.tagCounts[place] === 0 || (!isReferrer(listing, place) && isUntagged(listing.images[place] as Image))
