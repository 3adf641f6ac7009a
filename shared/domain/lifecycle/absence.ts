import type { AuditEntry } from '../audit.ts'
import type { Digest } from '../digest.ts'
import { dayMs } from '../duration.ts'
import { type EventActor, eventText, hasEventText, type ToldDeletion, toldOf } from '../event-actor.ts'
import { secondsOf } from '../instant.ts'
import type { BegunDeletion, ImageRecord } from '../records/images.ts'
import { deletionBehind } from './begun-deletion.ts'

/** Who deleted something that is gone, and why, as the audit entry says. */
export interface Absence {
  readonly actor: string
  readonly reason: string
  readonly facts: readonly string[]
  readonly runId?: string
}

/** The actor of a deletion that shelflife did not begin. */
export const outsideActor = 'outside'

/** How the user agent of every request of shelflife begins. */
const ownAgent = 'shelflife'

/** What is gone, and what is known of it. */
export interface Missing {
  readonly digest: Digest
  /** Absent where it is the image that is gone. */
  readonly tag?: string
  /** Undefined where none is recorded. */
  readonly image: ImageRecord | undefined
  readonly told: readonly ToldDeletion[]
  /** The registry does not know the repository any more. */
  readonly isWholeGone: boolean
}

/** Who deleted what a registry denies now: a run that had begun with it, or someone outside of shelflife. */
export function absenceOf(missing: Missing, now: Date): Absence {
  const { image, told } = missing
  const by = toldOf(told, missing)
  const behind = image && deletionBehind(image, now)
  if (behind !== undefined && !isForeign(by)) return ofRun(behind, by)
  const end = image && endOf(image)
  return end ?? ofOutside(missing, by, behind ?? image?.begun)
}

/** A program with another user agent is not ours, whatever had begun here. */
const isForeign = (by: EventActor | undefined): boolean => by?.agent !== undefined && !by.agent.startsWith(ownAgent)

const ofRun = ({ policy, runId, at, reason, facts }: BegunDeletion, by: EventActor | undefined): Absence => ({
  actor: `policy ${policy}`,
  runId,
  reason: `${reason}; its deletion had begun at ${secondsOf(at)}, the registry has carried it out since`,
  facts: [...facts, ...(by ? [eventText(by)] : [])],
})

/** A tag was deleted with its image. */
function endOf({ goneAt, change }: ImageRecord): Absence | undefined {
  if (goneAt === undefined || !change.actor.startsWith('policy ')) return undefined
  const { actor, reason, facts, runId } = change
  return { actor, reason, facts, ...(runId !== undefined && { runId }) }
}

function ofOutside({ isWholeGone }: Missing, by: EventActor | undefined, begun: BegunDeletion | undefined): Absence {
  const notByPolicy = begun === undefined ? 'no policy had begun to delete it' : 'no policy did it'
  const tried =
    begun && `policy ${begun.policy} had begun to delete it at ${secondsOf(begun.at)} in run ${begun.runId}, and failed`
  return {
    actor: outsideActor,
    reason: [
      `deleted outside of shelflife, ${notByPolicy}`,
      ...(isWholeGone ? ['the registry does not know the repository any more'] : []),
      ...(by ? [eventText(by)] : []),
    ].join('; '),
    facts: tried === undefined ? [] : [tried],
  }
}

/** An event that comes later than this after something was found gone is not about that. */
const toldWithinMs = dayMs

/** What is recorded as gone, and by which entry. */
export interface RecordedEnd {
  readonly goneAt?: Date
  readonly change: AuditEntry
}

const ends: readonly AuditEntry['action'][] = ['deleted', 'tag-gone', 'image-gone']

/**
 * True where an event that comes now may say who deleted this: it was deleted outside of shelflife a short while ago,
 * and no event has said so yet. What a run deleted was deleted by no other.
 */
export function mayBeTold({ goneAt, change }: RecordedEnd, now: Date): boolean {
  if (goneAt === undefined || now.getTime() - goneAt.getTime() > toldWithinMs) return false
  return change.actor === outsideActor && ends.includes(change.action) && !hasEventText(change.reason)
}

/**
 * The event cannot be of an earlier end: as far as `past` shows, it was not deleted, pushed and deleted again in the
 * time from which events still come. `orThese`: other actions that may mean that.
 */
export const isOnlyEnd = (
  past: readonly AuditEntry[],
  { change }: RecordedEnd,
  now: Date,
  orThese: readonly AuditEntry['action'][] = [],
): boolean =>
  !past.some(
    ({ id, action, at }) =>
      id !== change.id && [...ends, ...orThese].includes(action) && now.getTime() - at.getTime() <= toldWithinMs,
  )

/** What the audit entry of such an event says. */
export const toldWhy = (by: EventActor, { goneAt }: RecordedEnd) => ({
  actor: outsideActor,
  reason: eventText(by),
  facts: goneAt ? [`it was found gone at ${secondsOf(goneAt)}, before the event came`] : [],
})
