import type { UntaggedManifests } from '../registry-facts.ts'
import { isReferrer, type Listing } from './listing/listing.ts'
import type { TagScope } from './tag-scope.ts'
import { attachedSubject } from './versions/tag-kind.ts'

/**
 * Why an image must stay whatever the policy says of it: a tag outside of the policy's scope points at it, or it is
 * untagged where the scope does not cover untagged images. Undefined for an image that the scope covers.
 *
 * Referrers are deleted with their subject, so a cosign tag never counts here while its subject is listed or was
 * deleted by the policy, nor does the lack of tags of such a subject's referrer; otherwise what is signed could not be
 * deleted by a policy over single tags, and a sweep that was killed after the subject would leave its referrers for
 * ever. Where the registry lets no untagged child stay without its indexes (`untagged`), the child follows them in the
 * same way: by keeping them it would keep what a policy over single tags is about.
 */
export const outOfScope = (
  listing: Listing,
  place: number,
  scope: TagScope,
  untagged: UntaggedManifests,
): string | undefined => {
  const tags = listing.images[place]?.tags ?? []
  if (tags.length === 0) {
    return isReferrer(listing, place) ||
      (untagged !== 'stays' && isChild(listing, place)) ||
      deletedSubject(listing, place, scope) !== undefined ||
      scope.covers(listing.repository, undefined)
      ? undefined
      : 'untagged, and outside of the scope'
  }
  const isOutside = (tag: string) =>
    !followsSubject(listing, tag) &&
    !isDeleted(listing, attachedSubject(tag), scope) &&
    !scope.covers(listing.repository, tag)
  const uncovered = tags.filter(isOutside).sort()
  return uncovered.length === 0 ? undefined : `the tag ${uncovered[0]} on it is outside of the scope`
}

const isChild = ({ graph }: Listing, place: number): boolean => (graph?.parents[place] ?? []).length > 0

/** What an image is about and the policy deleted before it; the first by digest where it is several. */
export const deletedSubject = (listing: Listing, place: number, scope: TagScope): string | undefined => {
  const { subject, tags = [] } = listing.images[place] ?? {}
  const deleted = [subject, ...tags.map(attachedSubject)].filter(one => isDeleted(listing, one, scope))
  return deleted.sort()[0]
}

const isDeleted = ({ repository }: Listing, subject: string | undefined, scope: TagScope): boolean =>
  subject !== undefined && scope.deleted?.(repository, subject) === true

/** True for a cosign tag whose subject is listed: it is to be deleted exactly when that is (retention 23). */
export const followsSubject = (listing: Listing, tag: string): boolean => {
  const subject = attachedSubject(tag)
  return subject !== undefined && listing.graph?.places.has(subject) === true
}
