import type { Image } from '../../image.ts'
import type { CompiledPolicy, TimeRule } from '../compile-policy.ts'
import { reachUp } from '../graph/image-graph.ts'
import { lastUsedMs, timeText } from '../listing/known-time.ts'
import { inOrder, isReferrer, type Listing } from '../listing/listing.ts'
import type { Marks } from '../marks.ts'

/**
 * Retention 18: keeps what was used at most so long ago, the edge included; an index is used when anything below it
 * is, through any depth.
 */
export const keepUsed = (listing: Listing, policy: CompiledPolicy, nowMs: number, marks: Marks): void => {
  const rule = policy.unused
  if (rule === undefined) return
  const used: number[] = []
  for (let place = 0; place < listing.images.length; place++) {
    if (nowMs - lastUsedMs(listing.images[place] as Image) > rule.milliseconds) continue
    if (!isReferrer(listing, place)) marks.keep(place, 'unusedDays', rule.reason)
    if (hasParent(listing, place)) used.push(place)
  }
  keepIndexesAbove(listing, used, rule, marks)
}

const hasParent = ({ graph }: Listing, place: number): boolean => (graph?.parents[place]?.length ?? 0) > 0

const keepIndexesAbove = (listing: Listing, used: readonly number[], rule: TimeRule, marks: Marks): void => {
  if (listing.graph === undefined || used.length === 0) return
  for (const [place, origin] of reachUp(listing.graph, inOrder(listing, used))) {
    if (place === origin || isReferrer(listing, place)) continue
    const below = listing.images[origin] as Image
    marks.keep(place, 'unusedDays', {
      reason: `${below.digest} below it was ${rule.reason}`,
      protectedBy: [below.digest],
      facts: [`${below.digest} last used ${timeText(lastUsedMs(below))}`],
    })
  }
}

/** Retention 19: keeps what was pushed at most so long ago, the edge included. */
export const keepPushed = (listing: Listing, policy: CompiledPolicy, nowMs: number, marks: Marks): void => {
  const rule = policy.pushed
  if (rule === undefined) return
  for (let place = 0; place < listing.images.length; place++) {
    if (nowMs - (listing.pushedMs[place] as number) > rule.milliseconds || isReferrer(listing, place)) continue
    marks.keep(place, 'keepDays', rule.reason)
  }
}
