import { amountText } from '../amount-text.ts'
import type { Digest } from '../digest.ts'
import { dayMs } from '../duration.ts'
import type { LifecycleAct, LifecycleRule } from './ecr-lifecycle.ts'
import { NewerImages } from './newer-images.ts'
import { type RuledImage, type RuleReport, soonDays, type Taking, type TakingContext } from './taking.ts'

/**
 * What a lifecycle policy does with each image: the first rule, by priority, whose selection it matches decides, also
 * where that rule spares it. A rule for a number counts all images that it selects, those that others take too. What an
 * index of the repository holds is not taken while the index is there.
 *
 * A rule that is not understood decides nothing: the image is `unclear`, and a later rule may take it as well.
 *
 * @param rules by priority, see {@link parseLifecyclePolicy}
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html#lp_evaluation_rules
 */
export function ecrTakings(
  rules: readonly LifecycleRule[],
  images: readonly RuledImage[],
  context: TakingContext,
): RuleReport {
  const takings = new Map<Digest, Taking>()
  const unclear = new Map<Digest, string>()
  const judges = rules.map(rule => ({ rule, judge: judgeOf(rule, images, context) }))
  for (const image of images) {
    if (image.isPart) continue
    for (const { rule, judge } of judges) {
      if (!rule.selects(image)) continue
      const found = judge(image)
      if (typeof found === 'string' && !unclear.has(image.digest)) unclear.set(image.digest, found)
      if (typeof found === 'object') takings.set(image.digest, found)
      if (!('problem' in rule.does)) break
    }
  }
  return { takings, unclear }
}

/** Of an image that a rule selects: what it does with it, why that cannot be said, or nothing. */
type Judge = (image: RuledImage) => Taking | string | undefined

function judgeOf(rule: LifecycleRule, images: readonly RuledImage[], context: TakingContext): Judge {
  const { name, does } = rule
  if ('problem' in does) return () => `${name} is not understood and may take it: ${does.problem}`
  if (does.countType === 'imageCountMoreThan') return countJudge(rule, does, images, context)
  if (does.countType === 'sinceImageTransitioned')
    return () =>
      `${name} takes it ${amountText(does.countNumber, 'day')} after it was archived, and when that was is not known`
  return image => timeTaking(name, does, image)
}

/** An image that was never pulled counts from its push. */
function timeTaking(rule: string, { action, countType, countNumber }: LifecycleAct, image: RuledImage): Taking {
  const { pushedAt, pulledAt, isPushTold } = image
  const from = countType === 'sinceImagePulled' ? (pulledAt ?? pushedAt) : pushedAt
  const at = new Date(from.getTime() + countNumber * dayMs)
  return { rule, action, when: { kind: 'time', at, isLatest: !isPushTold } }
}

function countJudge(
  { name: rule, selects }: LifecycleRule,
  { action, countNumber: keep }: LifecycleAct,
  images: readonly RuledImage[],
  { now, isIncomplete }: TakingContext,
): Judge {
  if (isIncomplete)
    return () =>
      `${rule} keeps ${amountText(keep, 'image')}, and the repository has too many to count whether it is one of them`
  const newer = new NewerImages(images.filter(selects).map(image => image.pushedAt))
  const lately = newer.since(new Date(now.getTime() - soonDays * dayMs))
  return ({ pushedAt }) => {
    const at = newer.displacedAt(pushedAt, keep)
    if (at) return { rule, action, when: { kind: 'time', at, isLatest: false } }
    return { rule, action, when: { kind: 'count', of: 'push', more: newer.leftFor(pushedAt, keep), lately } }
  }
}
