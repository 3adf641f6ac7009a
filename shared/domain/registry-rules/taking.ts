import { amountText } from '../amount-text.ts'
import type { Digest } from '../digest.ts'
import { dayMs } from '../duration.ts'
import { secondsOf } from '../instant.ts'

/** An image as the rules of its registry see it. */
export interface RuledImage {
  readonly digest: Digest
  readonly tags: readonly string[]
  /** When each of `tags` came to it, in their order. */
  readonly tagTimes?: readonly Date[] | undefined
  /** By the registry's own word where `isPushTold`; else the earliest that is known, which may be later than the push. */
  readonly pushedAt: Date
  /** The registry tells times itself: then an absent `pulledAt` is an image that was never pulled. */
  readonly isPushTold: boolean
  readonly pulledAt?: Date | undefined
  /** When a tag last came to it later than it came itself. */
  readonly retaggedAt?: Date | undefined
  /** An index of the repository holds it. */
  readonly isPart: boolean
  /** It is attached to another image, as a signature is. */
  readonly isAttached: boolean
  readonly isArchived: boolean
}

/** What is known beside the images. */
export interface TakingContext {
  readonly now: Date
  /** The images are not all of the repository, so that nothing can be counted. */
  readonly isIncomplete: boolean
}

/** When a rule takes an image. */
export type TakenWhen =
  /** From then on, at the registry's next run; `isLatest` where it may be earlier. */
  | { readonly kind: 'time'; readonly at: Date; readonly isLatest: boolean }
  /** Once so many `more` images were pushed, or pulled; `lately`: so many were in the last week. */
  | { readonly kind: 'count'; readonly of: 'push' | 'pull'; readonly more: number; readonly lately: number }
  /** When a person runs it. */
  | { readonly kind: 'by-hand' }

/** What a rule of the registry does with an image. */
export interface Taking {
  /** `lifecycle rule 3 ("keep 10")`, `the tag retention of Harbor project team` */
  readonly rule: string
  /** `archive`: the registry keeps it and hands it out no more. */
  readonly action: 'expire' | 'archive' | 'delete'
  readonly when: TakenWhen
}

/** What the rules of a registry say of the images of one repository. An image that is in neither is left alone by them. */
export interface RuleReport {
  readonly takings: ReadonlyMap<Digest, Taking>
  /** Images that a rule may take of which that cannot be said, with why: one sentence. */
  readonly unclear: ReadonlyMap<Digest, string>
}

/** How many days ahead the registry's own deletions are told of. */
export const soonDays = 7

/** True where the rule takes the image within {@link soonDays}: by its date, or at the pace of the last week. */
export function isSoon({ when }: Taking, now: Date): boolean {
  if (when.kind === 'by-hand') return false
  return when.kind === 'time' ? when.at.getTime() <= now.getTime() + soonDays * dayMs : when.lately >= when.more
}

const verbs = { expire: 'expires', archive: 'archives', delete: 'deletes' } as const

/**
 * `lifecycle rule 3 ("keep 10") expires it from 2026-01-03T00:00:00Z on`: the same text at any time, so that a status is
 * not written for it again. With `now` it also says in how many days.
 */
export const takingText = ({ rule, action, when }: Taking, now?: Date): string =>
  `${rule} ${verbs[action]} it ${whenText(when, now)}`

const plurals = { push: 'pushes', pull: 'pulls' } as const

function whenText(when: TakenWhen, now: Date | undefined): string {
  if (when.kind === 'by-hand') return 'as soon as somebody runs it: it has no schedule'
  if (when.kind === 'count')
    return `with the next ${when.more === 1 ? when.of : `${when.more} ${plurals[when.of]}`} of other images`
  const from = `from ${secondsOf(when.at)} on${when.isLatest ? ' at the latest' : ''}`
  return now ? `${distanceText(when.at, now)}, ${from}` : from
}

function distanceText(at: Date, now: Date): string {
  const leftMs = at.getTime() - now.getTime()
  if (leftMs <= 0) return 'at any moment'
  const hours = Math.ceil(leftMs / 3_600_000)
  return `in ${hours <= 48 && hours % 24 !== 0 ? amountText(hours, 'hour') : amountText(Math.round(leftMs / dayMs), 'day')}`
}

/** `Deployment production/app in cluster eu-1 and 2 more run it`; the first by name, so that equal lists give equal text. */
export function runText(workloads: readonly string[]): string {
  const [first = '', ...more] = workloads.toSorted()
  return more.length === 0 ? `${first} runs it` : `${first} and ${more.length} more run it`
}
