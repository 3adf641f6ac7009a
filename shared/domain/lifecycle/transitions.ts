import type { BegunDeletion, ImageRecord, Mark, MarkOwner, Stage, Storage } from '../records/images.ts'
import { deletionUnderWay } from './begun-deletion.ts'
import { endOfDeletion } from './end-of-deletion.ts'
import type { ImageFacts } from './image-facts.ts'
import { isPulledSince } from './own-read.ts'
import { hasKnownStage, isBeingDeleted, normalized, stateOf } from './states.ts'
import { isStoredElsewhere, storedAt } from './stored-elsewhere.ts'
import { type ImageDraft, type Outcome, type Refusal, type Refused, Transition } from './transition.ts'
import { entryOf, type Verb, type Why, type WhyOfRun, type WhyWithUse, withMarkTime } from './transition-entry.ts'

const refuse = (refused: Refusal): Refused => ({ refused })

/** What `decide` makes of an image that the registry holds as far as is known; refused for any other. */
function ofPresent(record: ImageRecord | undefined, decide: (image: ImageRecord) => Outcome): Outcome {
  if (record === undefined) return refuse('unknown')
  return record.goneAt === undefined ? decide(normalized(record)) : refuse('gone')
}

/** The same of an image that also bears a mark. */
const ofMarked = (record: ImageRecord | undefined, decide: (image: ImageRecord) => Outcome): Outcome =>
  ofPresent(record, image => (image.mark === undefined ? refuse('not-marked') : decide(image)))

type Body = Omit<ImageDraft, 'change'>

const bodyOf = ({ change: _c, number: _n, ...body }: ImageRecord): Body => body

const step = (verb: Verb, previous: ImageRecord | undefined, body: Body, why: Why, now: Date): Transition =>
  new Transition(previous, { ...body, change: entryOf(verb, body.digest, why, now) })

/** The image as it is once its mark is off: used or unused. */
function withoutMark(image: ImageRecord, isUsed: boolean): Body {
  const { mark: _m, markedFor: _f, deletion: _d, ...body } = bodyOf(image)
  return { ...body, stage: stageAfter(image, isUsed ? 'Use' : 'Maintenance') }
}

/** A stage that a later version wrote is left to that version. */
const stageAfter = (record: ImageRecord | undefined, stage: Stage): Stage =>
  record === undefined || hasKnownStage(record) ? stage : record.stage

/**
 * The same, where a deletion had begun: remembers its policy, and all of `begun` where it is not known how it ended.
 */
function withMarkLifted(image: ImageRecord, isUsed: boolean, begun: BegunDeletion | undefined): Body {
  const begunBy = image.deletion && image.mark?.policy
  return { ...withoutMark(image, isUsed), ...(begunBy !== undefined && { begunBy }), ...(begun && { begun }) }
}

const withoutBegun = ({ begun: _, ...body }: Body): Body => body

const introduced = (record: ImageRecord | undefined, facts: ImageFacts, isUsed: boolean, now: Date): Body => ({
  ...facts,
  firstSeenAt: record?.firstSeenAt ?? now,
  stage: stageAfter(record, isUsed ? 'Use' : 'Introduction'),
})

/** The registry holds an image that was not known, or that was gone. */
export function found(record: ImageRecord | undefined, facts: ImageFacts, why: WhyWithUse, now: Date): Outcome {
  const state = stateOf(record)
  if (state !== 'unknown' && state !== 'gone') return refuse('present')
  return step('found', record, introduced(record, facts, why.isUsed, now), why, now)
}

/** What a registry tells of an image that is known. */
export interface ImageNews extends Partial<Pick<ImageRecord, 'pulledAt' | 'pushedAt'>> {
  /** Absent where it does not tell. */
  readonly storage?: 'active' | Storage
  readonly read?: ImageFacts
}

/**
 * It was pulled, or pushed again, later than its record says; it went into the registry's archive, or came back; or its
 * manifest, which could not be read, was read again.
 */
export const refreshed = (
  record: ImageRecord | undefined,
  { pulledAt, pushedAt, storage, read }: ImageNews,
  why: Why,
  now: Date,
): Outcome =>
  ofPresent(record, image => {
    const news = {
      ...(pulledAt && isPulledSince(image, pulledAt) && { pulledAt }),
      ...(pushedAt && pushedAt.at > image.pushedAt.at && { pushedAt }),
    }
    const isMoved = storage !== undefined && isStoredElsewhere(image, storage)
    const isReadOtherwise = read !== undefined && !isUnreadableAsBefore(image, read)
    if (Object.keys(news).length === 0 && !isReadOtherwise && !isMoved) return refuse('unchanged')
    const known = isReadOtherwise ? readAgain(image, read) : bodyOf(image)
    return step('refreshed', record, { ...(isMoved ? storedAt(known, storage, now) : known), ...news }, why, now)
  })

const isUnreadableAsBefore = (image: ImageRecord, { unreadable, children }: ImageFacts): boolean =>
  unreadable !== undefined && unreadable === image.unreadable && children?.join() === image.children?.join()

/** What is read of a manifest takes the place of all that was; what became of it here, and when, stays. */
function readAgain(image: ImageRecord, { pushedAt: _p, pulledAt: _t, ...read }: ImageFacts): Body {
  const { unreadable: _u, children: _c, storage, ...body } = bodyOf(image)
  // What still cannot be read lies where it lay, unless the registry tells otherwise.
  return { ...body, ...(storage && read.unreadable !== undefined && { storage }), ...read }
}

/** A workload refers to an image that none did refer to. */
export const used = (record: ImageRecord | undefined, why: Why, now: Date): Outcome =>
  moved('used', 'Use', record, why, now)

/** No workload refers to it any more. */
export const unused = (record: ImageRecord | undefined, why: Why, now: Date): Outcome =>
  moved('unused', 'Maintenance', record, why, now)

const moved = (verb: Verb, stage: Stage, record: ImageRecord | undefined, why: Why, now: Date): Outcome =>
  ofPresent(record, image => {
    if (image.mark !== undefined) return refuse('marked')
    if (image.stage === stage) return refuse('unchanged')
    if (!hasKnownStage(image)) return refuse('unclear')
    return step(verb, record, { ...bodyOf(image), stage }, why, now)
  })

/**
 * A policy marks an image, or anew one that it had marked. A deletion that had begun stays noted, so that the image is
 * still judged under the tags that it had.
 */
export const marked = (
  record: ImageRecord | undefined,
  mark: Mark,
  why: Why & { readonly markedFor?: MarkOwner },
  now: Date,
): Outcome =>
  ofPresent(record, image => {
    if (image.unclear !== undefined) return refuse('unclear')
    if (image.mark !== undefined && image.mark.policy !== mark.policy) return refuse('marked-by-another')
    const { markedFor: _, ...body } = bodyOf(image)
    const { markedFor } = why
    return step('marked', record, { ...body, stage: 'Cleanup', mark, ...(markedFor && { markedFor }) }, why, now)
  })

/**
 * Takes the mark off and keeps the image. While it is being deleted only the execution that does so may decide that.
 */
export const lifted = (
  record: ImageRecord | undefined,
  why: WhyWithUse & { readonly byItsExecution?: boolean },
  now: Date,
): Outcome =>
  ofMarked(record, image => {
    if (why.byItsExecution !== true && isBeingDeleted(image, now)) return refuse('being-deleted')
    // Its execution keeps what it never asked the registry to delete.
    const begun = why.byItsExecution === true ? undefined : deletionUnderWay(image, { isFailure: false })
    return step(
      'lifted',
      record,
      withMarkLifted(image, why.isUsed, begun),
      image.deletion ? withMarkTime(why, image.mark) : why,
      now,
    )
  })

/** What is learned of an image by reading its manifest. */
export type OwnRead = Partial<Pick<ImageRecord, 'ownReadAt' | 'ownReadIsFirst' | 'blobs'>>

/**
 * Before the first delete call: a run is about to delete these tags of the image, or the whole of it. `read`: what was
 * learned when it was archived.
 */
export const deletionBegun = (
  record: ImageRecord | undefined,
  { tags, ...read }: { readonly tags: readonly string[] } & OwnRead,
  why: WhyOfRun,
  now: Date,
): Outcome =>
  ofMarked(record, image => {
    if (image.unclear !== undefined) return refuse('unclear')
    const begun = image.deletion?.runId === why.runId ? image.deletion.tags : undefined
    if (begun && tags.every(tag => begun.includes(tag))) return refuse('unchanged')
    const deletion = { runId: why.runId, startedAt: now, tags }
    const archivedBy = image.mark?.archives && { policy: image.mark.policy, runId: why.runId, at: now }
    const body = { ...bodyOf(image), ...read, deletion, ...(archivedBy && { archivedBy }) }
    return step('deletionBegun', record, body, why, now)
  })

/**
 * Takes the mark off, so that the image waits out its grace again before the next try. `mayFollow`: the tags that the
 * run counts as failed although the registry may still delete them.
 */
export const deletionFailed = (
  record: ImageRecord | undefined,
  why: WhyWithUse & { readonly mayFollow?: readonly string[] | undefined },
  now: Date,
): Outcome =>
  ofMarked(record, image => {
    const { mayFollow: tags } = why
    const begun = tags && deletionUnderWay(image, { tags, isFailure: true })
    // What a run before had begun is over: the registry had the image when it was asked again.
    const { begun: _, ...afresh } = image
    return step('deletionFailed', record, withMarkLifted(afresh, why.isUsed, begun), withMarkTime(why, image.mark), now)
  })

/** Deleted in the registry: some tags of the image, or the whole of it, which is gone then. */
export const deleted = (
  record: ImageRecord | undefined,
  why: WhyOfRun & WhyWithUse & { readonly isGone: boolean },
  now: Date,
): Outcome => ended('deleted', record, why, now, why.isGone ? { goneAt: now } : {})

/** It is in its registry's archive now, with its tags. */
export const archived = (record: ImageRecord | undefined, why: WhyOfRun & WhyWithUse, now: Date): Outcome =>
  ended('archived', record, why, now, { storage: 'archived' })

/** Only the Repository object was to be deleted, and was; the registry holds the image as before. */
export const objectDeleted = (record: ImageRecord | undefined, why: WhyOfRun & WhyWithUse, now: Date): Outcome =>
  ended('objectDeleted', record, why, now, {})

const ended = (
  verb: Verb,
  record: ImageRecord | undefined,
  why: WhyOfRun & WhyWithUse,
  now: Date,
  end: { readonly goneAt?: Date; readonly storage?: Storage },
): Outcome =>
  ofMarked(record, image => {
    if (image.deletion?.runId !== why.runId) return refuse('not-begun')
    const body = { ...withoutBegun(withoutMark(image, why.isUsed)), ...end }
    return new Transition(record, { ...body, change: endOfDeletion(verb, image, why, now) })
  })

/**
 * The registry denied it, and no sweep is deleting it. Its mark is taken off: there is nothing left to delete. Where
 * every deletion that had begun is known to have failed, none of their policies has deleted it.
 */
export const gone = (record: ImageRecord | undefined, why: WhyWithUse, now: Date): Outcome =>
  ofPresent(record, image => {
    if (stateOf(image) === 'deleting') return refuse('being-deleted')
    const { begun, begunBy, ...body } = image.mark === undefined ? bodyOf(image) : withoutMark(image, why.isUsed)
    const isByPolicy = begun !== undefined && begunBy !== undefined
    return step('gone', record, { ...body, ...(isByPolicy && { begunBy }), goneAt: now }, why, now)
  })

/** An event said who deleted it, after it was recorded as gone. */
export function toldOfGone(record: ImageRecord | undefined, why: Why, now: Date): Outcome {
  if (record === undefined) return refuse('unknown')
  return record.goneAt === undefined
    ? refuse('present')
    : step('toldOfGone', record, bodyOf(normalized(record)), why, now)
}

/** A person is about to push it again. What was not known is recorded as gone until that is done. */
export function restoreBegun(record: ImageRecord | undefined, facts: ImageFacts, why: Why, now: Date): Transition {
  const body = record ? bodyOf(normalized(record)) : { ...introduced(undefined, facts, false, now), goneAt: now }
  return step('restoreBegun', record, body, why, now)
}

/** It was put back, or found where it should be: it begins anew, without a mark and what else was noted. */
export const restored = (record: ImageRecord | undefined, facts: ImageFacts, why: WhyWithUse, now: Date): Transition =>
  step('restored', record, introduced(record, facts, why.isUsed, now), why, now)
