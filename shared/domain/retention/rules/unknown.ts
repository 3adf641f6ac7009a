import type { Image } from '../../image.ts'
import { knownMs } from '../listing/known-time.ts'
import type { Listing } from '../listing/listing.ts'
import { manifestKind } from '../listing/media-type.ts'
import type { Marks } from '../marks.ts'

/**
 * Retention 5: keeps what is not known well enough to be judged, and every untagged image of a repository with an
 * index whose children are not known, since each of them may be one of those.
 */
export const keepUnknown = (listing: Listing, marks: Marks): void => {
  let unreadIndex: Image | undefined
  for (let place = 0; place < listing.images.length; place++) {
    const image = listing.images[place] as Image
    const reason = unknownReason(image)
    if (reason === undefined) continue
    marks.keep(place, 'unknown', reason)
    if (isUnreadIndex(image) && (unreadIndex === undefined || image.digest < unreadIndex.digest)) unreadIndex = image
  }
  if (unreadIndex !== undefined) keepUntagged(listing, unreadIndex, marks)
}

const isUnreadIndex = (image: Image): boolean =>
  image.children === undefined && manifestKind(image.mediaType) === 'index'

const unknownReason = (image: Image): string | undefined => {
  if (image.pushedAt === undefined) return 'its push time is not known'
  if (knownMs(image.pushedAt) === Number.NEGATIVE_INFINITY) return 'its push time is from before 2013-03-20'
  if (image.mediaType === undefined) return 'its media type is not known'
  if (manifestKind(image.mediaType) === undefined) return 'its media type is none that is known here'
  return isUnreadIndex(image) ? 'an index whose children are not known' : undefined
}

const keepUntagged = (listing: Listing, unreadIndex: Image, marks: Marks): void => {
  const reason = `untagged, and may be a child of index ${unreadIndex.digest}, whose children are not known`
  for (let place = 0; place < listing.images.length; place++) {
    if (listing.images[place]?.tags.length === 0) marks.keep(place, 'unknown', reason)
  }
}
