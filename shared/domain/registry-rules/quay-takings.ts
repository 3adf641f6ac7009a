import type { Digest } from '../digest.ts'
import { dayMs } from '../duration.ts'
import { NewerImages } from './newer-images.ts'
import type { PrunePolicy } from './quay-autoprune.ts'
import {
  isSoon,
  type RuledImage,
  type RuleReport,
  soonDays,
  type TakenWhen,
  type Taking,
  type TakingContext,
} from './taking.ts'

/** What the policies do with one tag: when the first takes it, why that cannot be said, or nothing. */
type Fate = Taking | string | undefined

/**
 * What the auto-prune policies of Quay do with each image of a repository: each takes tags off, whatever others do, and an
 * image goes when all its tags are off. What an index holds stays with that; what is attached to an image is left out.
 *
 * @see https://docs.projectquay.io/manage_quay.html#red-hat-quay-namespace-auto-pruning-overview
 */
export function quayTakings(
  policies: readonly PrunePolicy[],
  images: readonly RuledImage[],
  context: TakingContext,
): RuleReport {
  const takings = new Map<Digest, Taking>()
  const unclear = new Map<Digest, string>()
  const judges = policies.map(one => ({ selects: one.selects, judge: judgeOf(one, images, context) }))
  for (const image of images) {
    if (image.isPart || image.isAttached || image.tags.length === 0) continue
    const fates = tagTimes(image).map(({ tag, at }) =>
      fateOf(
        judges.flatMap(({ selects, judge }) => (selects(tag) ? judge(image, at) : [])),
        context.now,
      ),
    )
    const why = fates.find(fate => typeof fate === 'string')
    const takes = fates.filter(fate => typeof fate === 'object')
    const last = takes.reduce<Taking | undefined>((one, other) => (one ? laterOf(one, other) : other), undefined)
    if (last && takes.length === fates.length) takings.set(image.digest, last)
    else if (why !== undefined && fates.every(fate => fate !== undefined)) unclear.set(image.digest, why)
  }
  return { takings, unclear }
}

/** Each tag with when it came to where it is, the latest that is known of the image where it is not told by tag. */
const tagTimes = ({ tags, tagTimes, retaggedAt, pushedAt }: RuledImage) =>
  tags.map((tag, at) => ({ tag, at: tagTimes?.[at] ?? retaggedAt ?? pushedAt }))

type Judge = (image: RuledImage, taggedAt: Date) => Taking | string

function judgeOf(
  { name: rule, selects, takes }: PrunePolicy,
  images: readonly RuledImage[],
  context: TakingContext,
): Judge {
  if ('problem' in takes) return () => `${rule} is not understood and may take it: ${takes.problem}`
  if (takes.kind === 'age')
    return ({ isPushTold }, taggedAt) => ({
      rule,
      action: 'delete',
      when: { kind: 'time', at: new Date(taggedAt.getTime() + takes.ms), isLatest: !isPushTold },
    })
  if (context.isIncomplete) return () => `${rule} counts tags, and the repository has too many to count them`
  const times = images.flatMap(image => tagTimes(image).flatMap(({ tag, at }) => (selects(tag) ? at : [])))
  const newer = new NewerImages(times)
  const lately = newer.since(new Date(context.now.getTime() - soonDays * dayMs))
  return (_, taggedAt) => {
    const at = newer.displacedAt(taggedAt, takes.keep)
    if (at) return { rule, action: 'delete', when: { kind: 'time', at, isLatest: false } }
    const more = newer.leftFor(taggedAt, takes.keep)
    return { rule, action: 'delete', when: { kind: 'count', of: 'push', more, lately } }
  }
}

/** What a policy is known to do comes before what one may do. */
function fateOf(found: readonly (Taking | string)[], now: Date): Fate {
  const takes = found.filter(one => typeof one === 'object')
  const first = takes.reduce<Taking | undefined>((one, other) => (one ? soonerOf(one, other, now) : other), undefined)
  return first ?? found[0]
}

function soonerOf(one: Taking, other: Taking, now: Date): Taking {
  if (one.when.kind !== other.when.kind) {
    const counted = one.when.kind === 'count' ? one : other
    return isSoon(counted, now) ? counted : one === counted ? other : one
  }
  return amountOf(one.when) <= amountOf(other.when) ? one : other
}

/** When others will be pushed nobody knows, so that a number is later than any date. */
function laterOf(one: Taking, other: Taking): Taking {
  if (one.when.kind !== other.when.kind) return one.when.kind === 'count' ? one : other
  return amountOf(one.when) >= amountOf(other.when) ? one : other
}

function amountOf(when: TakenWhen): number {
  if (when.kind === 'time') return when.at.getTime()
  return when.kind === 'count' ? when.more : Number.POSITIVE_INFINITY
}
