import { durationText } from '../../duration.ts'
import type { CompiledPolicy } from '../compile-policy.ts'
import type { Listing } from '../listing/listing.ts'
import type { Marks } from '../marks.ts'

/** Retention 6: keeps what was pushed less than a grace period ago, and what claims to be pushed in the future. */
export const keepYoung = (listing: Listing, policies: readonly CompiledPolicy[], nowMs: number, marks: Marks): void => {
  const graceMs = Math.max(...policies.map(policy => policy.gracePeriodMs))
  const reason = `pushed less than the grace period of ${durationText(graceMs)} ago`
  for (let place = 0; place < listing.images.length; place++) {
    const pushedMs = listing.pushedMs[place] as number
    if (pushedMs > nowMs) marks.keep(place, 'grace', 'its push time is in the future')
    else if (nowMs - pushedMs < graceMs) marks.keep(place, 'grace', reason)
  }
}
