import { isKnown } from '../listing/known-time.ts'
import type { Listing } from '../listing/listing.ts'
import type { Compare } from './newest.ts'
import { compareVersions, type Version } from './version.ts'

/** One tag as the counts see it: what it says, and the image it says it of. */
export interface CountedTag {
  /** Undefined for a tag that is no version. */
  readonly version: Version | undefined
  /** The place of the image. */
  readonly image: number
}

/**
 * The order of retention 13: below 0 where `a` is older, 0 where it is not known which is. Versions go by what they
 * say, then like other tags by push time and, of one push time, by `created`: those without a usable one come first,
 * since they are not known to be older. Both tags must be of one class and of the listing.
 */
export const orderOfTags = (listing: Listing, nowMs: number): Compare<CountedTag> => {
  const { pushedMs } = listing
  return (a, b) => {
    const order = a.version === undefined || b.version === undefined ? 0 : compareVersions(a.version, b.version)
    if (order !== 0 || a.image === b.image) return order
    const pushedA = pushedMs[a.image] as number
    const pushedB = pushedMs[b.image] as number
    if (pushedA !== pushedB) return pushedA < pushedB ? -1 : 1
    const [createdA, createdB] = [createdMs(listing, a.image, nowMs), createdMs(listing, b.image, nowMs)]
    return createdA === createdB ? 0 : createdA < createdB ? -1 : 1
  }
}

/** Infinity where no usable time is known: reproducible builds write 1970 or 1980, and some write the year 9999. */
const createdMs = ({ images }: Listing, place: number, nowMs: number): number => {
  const ms = images[place]?.createdAt?.getTime() ?? Number.NaN
  return isKnown(ms) && ms <= nowMs ? ms : Number.POSITIVE_INFINITY
}
