import type { CompiledPolicy } from '../compile-policy.ts'
import type { Listing } from '../listing/listing.ts'
import type { Marks } from '../marks.ts'

/** Retention 8: keeps an image when a glob matches one of its tags. */
export const keepByTag = (listing: Listing, policies: readonly CompiledPolicy[], marks: Marks): void => {
  const globs = policies.flatMap(policy => policy.keepTags)
  if (globs.length === 0) return
  for (const [place, image] of listing.images.entries()) {
    const glob = globs.find(each => image.tags.some(each.matches))
    if (glob !== undefined) marks.keep(place, 'keepTags', glob.reason)
  }
}
