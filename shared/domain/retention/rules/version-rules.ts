import type { Image } from '../../image.ts'
import type { CompiledPolicy } from '../compile-policy.ts'
import { isReferrer, type Listing } from '../listing/listing.ts'
import type { Marks } from '../marks.ts'
import type { TagScope } from '../tag-scope.ts'
import { parseVersion } from '../versions/parse-version.ts'
import { cosignSubject, isFloating } from '../versions/tag-kind.ts'
import { type Count, countText, VersionCounts } from '../versions/version-counts.ts'

/**
 * The rules that read tags (retention 14 to 17): the newest of each count, the semver window, and floating tags,
 * which keep their image and are never counted. Tags outside of the scope and tags of referrers are neither.
 */
export const keepByVersion = (
  listing: Listing,
  policy: CompiledPolicy,
  scope: TagScope | undefined,
  marks: Marks,
): void => {
  if (policy.keepRecent === 0 && policy.semver === undefined) return
  const counts = new VersionCounts(policy)
  for (let place = 0; place < listing.images.length; place++) {
    if (isReferrer(listing, place)) continue
    const floating = countTags(counts, policy, listing, place, scope)
    if (floating !== undefined) marks.keep(place, 'floating', `the floating tag ${floating} is on it${policy.suffix}`)
  }
  for (const count of counts.inOrder()) keepCount(count, policy, marks)
}

/** Counts the tags of an image; answers its floating tag, of several the first in alphabetical order. */
const countTags = (
  counts: VersionCounts,
  policy: CompiledPolicy,
  listing: Listing,
  place: number,
  scope: TagScope | undefined,
): string | undefined => {
  let floating: string | undefined
  for (const tag of (listing.images[place] as Image).tags) {
    if (scope !== undefined && !scope.covers(listing.repository, tag)) continue
    if (isFloating(tag)) floating = floating === undefined || tag < floating ? tag : floating
    else if (cosignSubject(tag) === undefined) countTag(counts, policy, listing, place, tag)
  }
  return floating
}

const countTag = (
  counts: VersionCounts,
  policy: CompiledPolicy,
  listing: Listing,
  image: number,
  tag: string,
): void => {
  const pushedMs = listing.pushedMs[image] as number
  const { digest } = listing.images[image] as Image
  const grouped = policy.groupOf?.(tag)
  counts.add(grouped?.group, { version: parseVersion(grouped?.rest ?? tag), pushedMs, image, digest })
}

const keepCount = (count: Count, policy: CompiledPolicy, marks: Marks): void => {
  const tags = count.newest.tags()
  if (tags.length > 0) {
    const reason = `among the newest ${policy.keepRecent} ${countText(count)}${policy.suffix}`
    for (const tag of tags) marks.keep(tag.image, 'keepRecent', reason)
  }
  if (count.tree === undefined) return
  const reason = `within the semver window of ${countText(count)}${policy.suffix}`
  for (const image of count.tree.images()) marks.keep(image, 'semver', reason)
}
