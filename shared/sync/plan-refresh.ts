import type { Digest } from '../domain/digest.ts'
import { dayMs } from '../domain/duration.ts'
import { secondsOf } from '../domain/instant.ts'
import { accepted, type Transition } from '../domain/lifecycle/transition.ts'
import { refreshed } from '../domain/lifecycle/transitions.ts'
import type { ImageRecord } from '../domain/records/images.ts'
import type { Observation } from './observe.ts'
import { type SyncContext, whyOf } from './plan-records.ts'

/**
 * An image that could not be read is read again by hints, and by the first sync of a credential on each day, which begins
 * for each image at a time of its own. Not by sweeps: what they would find is judged by the next.
 */
export const isToReadAgain = ({ digest, unreadable }: ImageRecord, context: SyncContext): boolean =>
  unreadable !== undefined && isDayToReadAgain(digest, context)

/** The same of a digest of which nothing is recorded. */
export function isDayToReadAgain(digest: Digest, { authority, now, hinted }: SyncContext): boolean {
  if (typeof authority !== 'object') return false
  const shiftMs = Number.parseInt(digest.slice(-6), 16) % dayMs
  const dayOf = (at: Date) => Math.floor((at.getTime() + shiftMs) / dayMs)
  return hinted || authority.lastReadAt === undefined || dayOf(authority.lastReadAt) < dayOf(now)
}

/** One push sends several events: for its tag, for its digest, and notifications that come twice. */
const onePushMs = 60_000

/** Known images that were pulled since, as far as the registry says. One write for each later time. */
export function planPulls(
  context: SyncContext,
  known: ReadonlyMap<Digest, ImageRecord>,
  { tags, untagged }: Pick<Observation, 'tags' | 'untagged'>,
): Transition[] {
  const pulls = new Map<Digest, Date>()
  for (const { digest, pulledAt } of [...tags.values(), ...untagged])
    if (pulledAt && pulledAt > (pulls.get(digest) ?? new Date(0))) pulls.set(digest, pulledAt)
  return [...pulls].flatMap(([digest, pulledAt]) => {
    const why = whyOf(context, `pulled ${secondsOf(pulledAt)}, says the registry`)
    return accepted(refreshed(known.get(digest), { pulledAt }, why, context.now))
  })
}

/**
 * An image that an event says was pushed, while its record says that it was there already: nothing in the registry shows
 * it, and yet whoever pushed it means to use it (F11).
 */
export function planPushedAgain(context: SyncContext, previous: ImageRecord): Transition[] {
  if (context.pushed !== true) return []
  if (context.now.getTime() - previous.pushedAt.at.getTime() < onePushMs) return []
  const pushedAt = { at: context.now, source: 'event' as const }
  return accepted(refreshed(previous, { pushedAt }, whyOf(context, 'pushed again'), context.now))
}
