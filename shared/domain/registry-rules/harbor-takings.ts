import type { Digest } from '../digest.ts'
import { dayMs } from '../duration.ts'
import { nextRunAfter, ScheduleError } from '../schedule.ts'
import type { HarborRetention, Retaining, RetainRule } from './harbor-retention.ts'
import { NewerImages } from './newer-images.ts'
import {
  type RuledImage,
  type RuleReport,
  soonDays,
  type TakenWhen,
  type Taking,
  type TakingContext,
} from './taking.ts'

/** Until when a rule keeps an image. */
type Kept =
  | { readonly until: 'ever' }
  | { readonly until: Date }
  | { readonly until: 'more'; readonly when: TakenWhen & { readonly kind: 'count' } }
  | { readonly unclear: string }

/**
 * What the tag retention of a Harbor project does with each image of a repository: it deletes, at its next run, what none
 * of the rules keeps that are about the repository, what no rule is about as well. What an index holds and what is attached
 * to an image goes with that and is not looked at; what a rule for immutable tags holds stays.
 */
export function harborTakings(
  { name, rules, schedule, isImmutable }: HarborRetention,
  images: readonly RuledImage[],
  context: TakingContext,
): RuleReport {
  const takings = new Map<Digest, Taking>()
  const unclear = new Map<Digest, string>()
  if (rules.length === 0) return { takings, unclear }
  const candidates = images.filter(image => !image.isPart && !image.isAttached)
  const judges = rules.map(rule => ({ rule, judge: judgeOf(rule, name, candidates, context) }))
  for (const image of candidates) {
    if (isImmutable(image)) continue
    const kept = judges.flatMap(({ rule, judge }) => (rule.selects(image) ? (judge(image) ?? []) : []))
    const why = kept.find(one => 'unclear' in one)
    if (kept.some(one => 'until' in one && one.until === 'ever')) continue
    if (why) unclear.set(image.digest, why.unclear)
    else takings.set(image.digest, { rule: name, action: 'delete', when: endOf(kept, image, schedule, context.now) })
  }
  return { takings, unclear }
}

/** Of an image that a rule is about; undefined where it does not keep it. */
type Judge = (image: RuledImage) => Kept | undefined

function judgeOf(
  { number, selects, keeps }: RetainRule,
  name: string,
  candidates: readonly RuledImage[],
  { now, isIncomplete }: TakingContext,
): Judge {
  const about = `rule ${number} of ${name}`
  if ('problem' in keeps) return () => ({ unclear: `${about} is not understood and may not keep it: ${keeps.problem}` })
  if (keeps.kind === 'always') return () => ({ until: 'ever' })
  if (keeps.kind === 'days') return image => keptByDays(keeps, image, about)
  if (isIncomplete)
    return () => ({
      unclear: `${about} keeps the newest ${keeps.amount}, and the repository has too many to count them`,
    })
  const newer = new NewerImages(candidates.filter(selects).map(image => timeOf(image, keeps.by)))
  const lately = newer.since(new Date(now.getTime() - soonDays * dayMs))
  const of = keeps.by === 'pushed' ? 'push' : 'pull'
  return image => {
    if (keeps.by !== 'pushed' && !image.isPushTold) return untold(about)
    const more = newer.leftFor(timeOf(image, keeps.by), keeps.amount)
    return more > 0 ? { until: 'more', when: { kind: 'count', of, more, lately } } : undefined
  }
}

const untold = (about: string): Kept => ({
  unclear: `${about} looks at pulls, and this registry was not asked for their times`,
})

function keptByDays({ since, days }: Retaining & { kind: 'days' }, image: RuledImage, about: string): Kept {
  if (since === 'pulled' && !image.isPushTold) return untold(about)
  return { until: new Date(timeOf(image, since).getTime() + days * dayMs) }
}

/** Harbor counts a tag that comes to an image as a push of it. An image that was never pulled is older than all others. */
function timeOf({ pushedAt, retaggedAt, pulledAt }: RuledImage, by: 'pushed' | 'pulled' | 'active'): Date {
  const pushedMs = Math.max(pushedAt.getTime(), retaggedAt?.getTime() ?? 0)
  const pulledMs = pulledAt?.getTime() ?? 0
  if (by === 'active') return new Date(Math.max(pushedMs, pulledMs))
  return new Date(by === 'pushed' ? pushedMs : pulledMs)
}

/** When the last of what keeps it ends. What counts images ends with others that come, whenever that is. */
function endOf(kept: readonly Kept[], image: RuledImage, schedule: string | undefined, now: Date): TakenWhen {
  const counts = kept.flatMap(one => ('until' in one && one.until === 'more' ? [one.when] : []))
  const [last] = counts.toSorted((a, b) => b.more - a.more || (a.of < b.of ? -1 : 1))
  if (last) return last
  const untilMs = Math.max(
    now.getTime(),
    ...kept.flatMap(one => ('until' in one && one.until instanceof Date ? one.until.getTime() : [])),
  )
  const at = nextRun(schedule, new Date(untilMs))
  return at ? { kind: 'time', at, isLatest: !image.isPushTold } : { kind: 'by-hand' }
}

/** Undefined too for a schedule that cannot be followed: Harbor refuses those. */
function nextRun(schedule: string | undefined, after: Date): Date | undefined {
  if (schedule === undefined) return undefined
  try {
    return nextRunAfter(schedule, undefined, after)
  } catch (error) {
    if (error instanceof ScheduleError) return undefined
    throw error
  }
}
