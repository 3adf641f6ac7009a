import type { Digest } from '../domain/digest.ts'
import { dayMs } from '../domain/duration.ts'
import { secondsOf } from '../domain/instant.ts'
import { isPulledSince } from '../domain/lifecycle/own-read.ts'
import { isStoredElsewhere } from '../domain/lifecycle/stored-elsewhere.ts'
import { accepted, type Transition } from '../domain/lifecycle/transition.ts'
import { refreshed } from '../domain/lifecycle/transitions.ts'
import type { ImageRecord, Storage } from '../domain/records/images.ts'
import type { ListedImage } from '../ports/registry.ts'
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

/** What the list of a repository says of an image, under whichever tags. */
interface Told {
  readonly pulledAt?: Date
  readonly storage?: 'active' | Storage
}

function toldOf({ tags, untagged }: Pick<Observation, 'tags' | 'untagged'>): ReadonlyMap<Digest, Told> {
  const told = new Map<Digest, Told>()
  for (const { digest, pulledAt, storage } of [...tags.values(), ...untagged]) {
    const before = told.get(digest)
    const isLater = pulledAt && pulledAt > (before?.pulledAt ?? new Date(0))
    if (isLater || storage !== undefined)
      told.set(digest, { ...before, ...(isLater && { pulledAt }), ...(storage !== undefined && { storage }) })
  }
  return told
}

/** Known images that were pulled since, went into the registry's archive or came back, as it says. One write for each. */
export function planListed(
  context: SyncContext,
  known: ReadonlyMap<Digest, ImageRecord>,
  observed: Pick<Observation, 'tags' | 'untagged'>,
): Transition[] {
  return [...toldOf(observed)].flatMap(([digest, told]) => {
    const image = known.get(digest)
    return image ? accepted(refreshed(image, told, whyOf(context, newsText(image, told)), context.now)) : []
  })
}

function newsText(image: ImageRecord, { pulledAt, storage }: Told): string {
  const moved = storage !== undefined && isStoredElsewhere(image, storage) && movedTexts[storage]
  const pulled = pulledAt && isPulledSince(image, pulledAt) && `pulled ${secondsOf(pulledAt)}`
  return `${[pulled, moved].filter(Boolean).join(', ')}, says the registry`
}

const movedTexts = {
  active: 'out of the archive, and handed out again',
  archived: 'archived, and handed out no more',
  activating: 'on its way out of the archive',
} as const

/** An image that is handed out again, and could not be read before: at once, and not by the day. */
export const isBackFromArchive = (
  { storage, unreadable }: ImageRecord,
  told: Pick<ListedImage, 'storage'> | undefined,
): boolean => unreadable !== undefined && storage !== undefined && told?.storage === 'active'

/**
 * An image that an event says was pushed, while its record says that it was there already: nothing in the registry shows
 * it, and yet whoever pushed it means to use it (F11).
 */
export function planPushedAgain(context: SyncContext, previous: ImageRecord): Transition[] {
  if (context.pushed !== true) return []
  if (context.now.getTime() - previous.pushedAt.at.getTime() < onePushMs) return []
  const pushedAt = { at: context.now, source: 'event' as const }
  // A push of what is archived restores it.
  const news = { pushedAt, storage: 'active' as const }
  return accepted(refreshed(previous, news, whyOf(context, 'pushed again'), context.now))
}
