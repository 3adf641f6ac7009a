import { dayMs } from '../../duration.ts'
import type { Image } from '../../image.ts'
import { whole } from '../../policy/field-schemas.ts'
import { reachUp } from '../graph/image-graph.ts'
import type { Judging, RuleSetTags } from '../judging.ts'
import { knownMs, lastUsedMs, timeText } from '../listing/known-time.ts'
import { hasParent, inOrder, type Listing } from '../listing/listing.ts'
import { daysText, maxDays } from './days.ts'
import type { Keep, KeepRule } from './keep-rule.ts'

interface Said {
  readonly unusedDays?: number
}

const fields = { unusedDays: whole(1, maxDays).exactOptional() }

/**
 * Retention 18: keeps what was used at most so long ago, the edge included; an index is used when anything below it
 * is, through any depth.
 */
export const unusedDays: KeepRule<'unusedDays', typeof fields, Said, 'unusedDays'> = {
  name: 'unusedDays',
  fields,
  judgesUntagged: true,
  conditionReason: said => (said.unusedDays === undefined ? undefined : 'UnusedTooLong'),
  compile: (said, suffix) => {
    const { unusedDays: days } = said
    if (days === undefined) return undefined
    const rule = { milliseconds: days * dayMs, reason: `used within ${daysText(days)}${suffix}` }
    return (judging, ruleSetTags, keep) => keepUsed(judging, ruleSetTags, rule, keep)
  },
  deletesBecause: said => (said.unusedDays === undefined ? undefined : `not used within ${daysText(said.unusedDays)}`),
  endsAtMs: (image, said) => lastUsedMs(image) + (said.unusedDays ?? 0) * dayMs,
  savers: [
    {
      how: 'unusedDays',
      max: maxDays,
      from: said => said.unusedDays,
      raised: (said, to) => ({ ...said, unusedDays: to }),
      guess: (image, nowMs) => Math.ceil((nowMs - lastUsedMs(image)) / dayMs),
    },
  ],
}

interface TimeRule {
  readonly milliseconds: number
  readonly reason: string
}

const keepUsed = ({ listing, nowMs }: Judging, ruleSetTags: RuleSetTags, rule: TimeRule, keep: Keep): void => {
  const used: number[] = []
  for (let place = 0; place < listing.images.length; place++) {
    if (nowMs - usedMs(listing, place) > rule.milliseconds) continue
    if (ruleSetTags.appliesTo(place)) keep(place, rule.reason)
    if (hasParent(listing, place)) used.push(place)
  }
  if (listing.graph === undefined || used.length === 0) return
  for (const [place, origin] of reachUp(listing.graph, inOrder(listing, used))) {
    if (place === origin || !ruleSetTags.appliesTo(place)) continue
    const below = listing.images[origin] as Image
    keep(place, {
      reason: `${below.digest} below it was ${rule.reason}`,
      protectedBy: [below.digest],
      facts: [`${below.digest} last used ${timeText(lastUsedMs(below))}`],
    })
  }
}

/** As {@link lastUsedMs}, by the push time that is at hand. */
const usedMs = ({ images, pushedMs }: Listing, place: number): number => {
  const { pulledAt, retaggedAt, seenRunningAt } = images[place] as Image
  const pushed = pushedMs[place] as number
  if (pulledAt === undefined && retaggedAt === undefined && seenRunningAt === undefined) return pushed
  return Math.max(pushed, knownMs(pulledAt), knownMs(retaggedAt), knownMs(seenRunningAt))
}
