import type { Digest } from '../digest.ts'
import { dayMs } from '../duration.ts'
import type { CleanupCondition, CleanupPolicy } from './google-cleanup.ts'
import { NewerImages } from './newer-images.ts'
import { type RuledImage, type RuleReport, soonDays, type Taking, type TakingContext } from './taking.ts'

/** When a policy means an image: from one time to before another, in milliseconds since 1970. */
interface Span {
  readonly from: number
  readonly to: number
}

/**
 * What the cleanup policies of Artifact Registry do with each image of a package: it is deleted while one means it that
 * deletes, and none that keeps. What an index of the package holds is not taken while the index is there.
 *
 * A policy that is not understood decides nothing: the image is `unclear`, unless another takes it or one keeps it for good.
 *
 * @see https://cloud.google.com/artifact-registry/docs/repositories/cleanup-policy-overview
 */
export function googleTakings(
  policies: readonly CleanupPolicy[],
  images: readonly RuledImage[],
  context: TakingContext,
): RuleReport {
  const takings = new Map<Digest, Taking>()
  const unclear = new Map<Digest, string>()
  const keep = Math.max(0, ...policies.map(({ does }) => ('newest' in does ? does.newest : 0)))
  const newer = new NewerImages(images.map(image => image.pushedAt))
  const lately = newer.since(new Date(context.now.getTime() - soonDays * dayMs))
  for (const image of images) {
    if (image.isPart) continue
    const about = policies.filter(({ selects }) => selects(image))
    const odd = about.find(({ does }) => 'problem' in does)
    const taking = firstTaking(about, image, context.now)
    if (!taking && (!odd || isKeptForGood(about, image))) continue
    if (odd && 'problem' in odd.does && !taking)
      unclear.set(image.digest, `${odd.name} is not understood and may take it: ${odd.does.problem}`)
    if (!taking) continue
    const more = newer.leftFor(image.pushedAt, keep)
    if (keep > 0 && context.isIncomplete) unclear.set(image.digest, uncounted(taking, keep))
    else if (more === 0) takings.set(image.digest, taking)
    else takings.set(image.digest, { ...taking, when: { kind: 'count', of: 'push', more, lately } })
  }
  return { takings, unclear }
}

const uncounted = ({ rule }: Taking, keep: number): string =>
  `${rule} spares the newest ${keep}, and the package has too many to count them`

const spansOf = (policies: readonly CleanupPolicy[], action: CleanupPolicy['action'], image: RuledImage) =>
  policies.flatMap(({ name, action: own, does }) =>
    own === action && !('problem' in does) && !('newest' in does) ? { name, ...spanOf(does, image) } : [],
  )

const spanOf = ({ olderThanMs, newerThanMs }: CleanupCondition, { pushedAt }: RuledImage): Span => ({
  from: olderThanMs === undefined ? Number.NEGATIVE_INFINITY : pushedAt.getTime() + olderThanMs,
  to: newerThanMs === undefined ? Number.POSITIVE_INFINITY : pushedAt.getTime() + newerThanMs,
})

const isIn = (at: number, { from, to }: Span): boolean => at >= from && at < to

const isKeptForGood = (policies: readonly CleanupPolicy[], image: RuledImage): boolean =>
  spansOf(policies, 'keep', image).some(({ from, to }) => from <= image.pushedAt.getTime() && !Number.isFinite(to))

/** From the first time on at which it is to go, and still is by now. */
function firstTaking(policies: readonly CleanupPolicy[], image: RuledImage, now: Date): Taking | undefined {
  const [deletes, keeps] = [spansOf(policies, 'delete', image), spansOf(policies, 'keep', image)]
  const pushedMs = image.pushedAt.getTime()
  const changes = [...deletes.map(({ from }) => from), ...keeps.map(({ to }) => to)]
  const starts = changes.filter(at => at !== Number.POSITIVE_INFINITY).map(at => Math.max(at, pushedMs))
  for (const at of starts.toSorted((a, b) => a - b)) {
    const takes = (time: number) =>
      keeps.some(span => isIn(time, span)) ? undefined : deletes.find(span => isIn(time, span))
    const taken = takes(at) && takes(Math.max(at, now.getTime()))
    if (taken)
      return {
        rule: taken.name,
        action: 'delete',
        when: { kind: 'time', at: new Date(at), isLatest: !image.isPushTold },
      }
  }
  return undefined
}
