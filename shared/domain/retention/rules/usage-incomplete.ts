import type { Listing } from '../listing/listing.ts'
import type { Marks } from '../marks.ts'
import type { UsageIndex } from '../usage-index.ts'

/** Retention 4: while it is not known completely what runs, everything is kept. */
export const keepWhileUsageIncomplete = (listing: Listing, usage: UsageIndex, marks: Marks): void => {
  if (usage.complete) return
  for (let place = 0; place < listing.images.length; place++) {
    marks.keep(
      place,
      'usage-incomplete',
      'not every cluster or account could be listed to its end, so it may be in use',
    )
  }
}
