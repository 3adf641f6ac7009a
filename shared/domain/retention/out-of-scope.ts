import { isReferrer, type Listing } from './listing.ts'
import { cosignSubject } from './tag-kind.ts'
import type { TagScope } from './tag-scope.ts'

/**
 * Why an image must stay whatever the policy says of it: a tag outside of the policy's scope points at it, or it is
 * untagged where the scope does not bring untagged images. Undefined for an image that the scope covers.
 *
 * Referrers go with their subject, so a cosign tag never counts here while its subject is listed, nor does the lack of
 * tags of a listed subject's referrer; otherwise what is signed could not be deleted by a policy over single tags.
 */
export const outOfScope = (listing: Listing, place: number, scope: TagScope): string | undefined => {
  const tags = listing.images[place]?.tags ?? []
  const referrer = isReferrer(listing, place)
  if (tags.length === 0) {
    return referrer || scope.covers(listing.repository, undefined) ? undefined : 'untagged, and outside of the scope'
  }
  const uncovered = tags.filter(tag => !followsSubject(listing, tag) && !scope.covers(listing.repository, tag)).sort()
  return uncovered.length === 0 ? undefined : `the tag ${uncovered[0]} on it is outside of the scope`
}

/** True for a cosign tag whose subject is listed: it is doomed exactly when that is (retention 23). */
export const followsSubject = (listing: Listing, tag: string): boolean => {
  const subject = cosignSubject(tag)
  return subject !== undefined && listing.graph?.places.has(subject) === true
}
