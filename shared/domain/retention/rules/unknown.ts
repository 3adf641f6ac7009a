import type { Image } from '../../image.ts'
import { knownMs } from '../listing/known-time.ts'
import type { Listing } from '../listing/listing.ts'
import { manifestKind } from '../listing/media-type.ts'
import type { Keep, Protection } from './keep-rule.ts'

/**
 * Retention 5: keeps what is not known well enough to be judged, and every untagged image of a repository with an
 * index whose children are not known, since each of them may be one of those.
 */
export const unknown: Protection<'unknown'> = {
  name: 'unknown',
  keep({ listing }, keep) {
    let unreadIndex: Image | undefined
    for (let place = 0; place < listing.images.length; place++) {
      const image = listing.images[place] as Image
      const reason = unknownReason(image, listing.pushedMs[place] as number)
      if (reason === undefined) continue
      keep(place, reason)
      if (isUnreadIndex(image) && (unreadIndex === undefined || image.digest < unreadIndex.digest)) unreadIndex = image
    }
    if (unreadIndex !== undefined) keepUntagged(listing, unreadIndex, keep)
  },
}

const isUnreadIndex = (image: Image): boolean =>
  image.children === undefined && manifestKind(image.mediaType) === 'index'

const unknownReason = (image: Image, pushedMs: number): string | undefined => {
  if (image.unclear !== undefined) return `its record is not understood: ${image.unclear}`
  if (pushedMs === Number.NEGATIVE_INFINITY) {
    return knownMs(image.pushedAt) === pushedMs && image.pushedAt !== undefined
      ? 'its push time is from before 2013-03-20'
      : 'its push time is not known'
  }
  if (image.mediaType === undefined) return 'its media type is not known'
  if (manifestKind(image.mediaType) === undefined) return 'its media type is none that is known here'
  return isUnreadIndex(image) ? 'an index whose children are not known' : undefined
}

const keepUntagged = (listing: Listing, unreadIndex: Image, keep: Keep): void => {
  const reason = `untagged, and may be a child of index ${unreadIndex.digest}, whose children are not known`
  for (let place = 0; place < listing.images.length; place++) {
    if (listing.tagCounts[place] === 0) keep(place, reason)
  }
}
