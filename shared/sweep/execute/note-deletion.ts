import { randomUUID } from 'node:crypto'
import type { Digest } from '../../domain/digest.ts'
import { isRefused, type Outcome } from '../../domain/lifecycle/transition.ts'
import {
  archived,
  deleted,
  deletionBegun,
  deletionFailed,
  lifted,
  type OwnRead,
  objectDeleted,
} from '../../domain/lifecycle/transitions.ts'
import type { ImageRecord, TagRecord } from '../../domain/records/images.ts'
import { ConflictError } from '../../errors.ts'
import type { Draft, Store } from '../../ports/store.ts'
import { saveLatestImage, saveTransition } from '../../records/save-image.ts'
import { saveLatest, saveUnlessOvertaken } from '../../records/save-latest.ts'
import type { Deletion } from './deletion.ts'

export interface NoteDeps {
  readonly store: Store
  readonly now: () => Date
}

export interface NoteContext {
  readonly policy: { readonly id: string }
  readonly runId: string
  /** True where a workload referred to the image when everything was read. */
  readonly isUsed: (digest: Digest) => boolean
}

const reasonOf = (image: ImageRecord): string => image.mark?.reason ?? 'no rule keeps it'

const whyOf = (image: ImageRecord, reason: string, { policy, runId, isUsed }: NoteContext) => ({
  id: randomUUID(),
  actor: `policy ${policy.id}`,
  runId,
  reason,
  facts: image.mark?.facts ?? [],
  isUsed: isUsed(image.digest),
})

/** Before the first delete call. Undefined when the record is no longer the one that was judged. */
export async function noteIntent(
  { image, tags }: Pick<Deletion, 'image' | 'tags'>,
  read: OwnRead,
  context: NoteContext,
  { store, now }: NoteDeps,
): Promise<ImageRecord | undefined> {
  const outcome = deletionBegun(image, { tags, ...read }, whyOf(image, reasonOf(image), context), now())
  if (isRefused(outcome)) return outcome.refused === 'unchanged' ? image : undefined
  return saveUnlessOvertaken(() => saveTransition(outcome, store))
}

/**
 * Takes the mark off, so that the image waits out its grace again before the next try. `mayFollow`: the tags that count
 * as failed although the registry may still delete them.
 */
export async function noteFailure(
  noted: ImageRecord,
  { reason, mayFollow }: { readonly reason: string; readonly mayFollow?: readonly string[] },
  context: NoteContext,
  deps: NoteDeps,
): Promise<void> {
  const why = { ...whyOf(noted, reason, context), mayFollow }
  await saveWithoutMark(noted, image => deletionFailed(image, why, deps.now()), deps)
}

/** Something needs it after all: nothing was deleted, and the next run judges it anew. */
export async function noteKept(
  noted: ImageRecord,
  reason: string,
  context: NoteContext,
  deps: NoteDeps,
): Promise<void> {
  const why = { ...whyOf(noted, reason, context), byItsExecution: true }
  await saveWithoutMark(noted, image => lifted(image, why, deps.now()), deps)
}

/** Nothing where the mark is no longer the one that was judged: the other one was decided later. */
async function saveWithoutMark(
  noted: ImageRecord,
  decide: (image: ImageRecord) => Outcome,
  { store }: NoteDeps,
): Promise<void> {
  const { repository, digest } = noted
  const isJudged = (mark: ImageRecord['mark']) =>
    mark?.policy === noted.mark?.policy && mark?.markedAt.getTime() === noted.mark?.markedAt.getTime()
  const save = () =>
    saveLatestImage(
      { repository, digest, read: noted },
      image => (image && isJudged(image.mark) ? decide(image) : { refused: 'not-marked' }),
      store,
    )
  // A mark that is left is judged again like any other.
  await saveUnlessOvertaken(save)
}

/**
 * Notes the end: takes the mark and the intent off, and records the image as gone when the whole of it was deleted in
 * the registry. A registry that sends events of its deletions makes sync write at the same moment.
 */
export const noteEnd = (
  noted: ImageRecord,
  end: { readonly isGone: boolean; readonly objectOnly: boolean },
  context: NoteContext,
  deps: NoteDeps,
): Promise<void> =>
  noteEnded(
    noted,
    (image, why, at) => (end.objectOnly ? objectDeleted(image, why, at) : deleted(image, { ...why, ...end }, at)),
    context,
    deps,
  )

/** The same of an image that is in its registry's archive now. */
export const noteArchived = (noted: ImageRecord, context: NoteContext, deps: NoteDeps): Promise<void> =>
  noteEnded(noted, archived, context, deps)

async function noteEnded(
  noted: ImageRecord,
  decide: (image: ImageRecord | undefined, why: ReturnType<typeof whyOf>, at: Date) => Outcome,
  context: NoteContext,
  { store, now }: NoteDeps,
): Promise<void> {
  const { repository, digest } = noted
  const why = whyOf(noted, reasonOf(noted), context)
  const at = now()
  const outcome = await saveLatestImage({ repository, digest, read: noted }, image => decide(image, why, at), store)
  if (isRefused(outcome))
    throw new ConflictError(
      `${repository}@${digest}: expected the deletion that run ${context.runId} began, got ${outcome.refused}`,
    )
}

/** Notes that a tag is gone. Nothing when the record already says so, or that it points elsewhere. */
export async function noteTagGone(
  noted: ImageRecord,
  tag: TagRecord,
  context: NoteContext,
  { store, now }: NoteDeps,
): Promise<void> {
  const gone = (record: TagRecord): Draft<TagRecord> => {
    const { isUsed: _, ...why } = whyOf(noted, reasonOf(noted), context)
    const change = { ...why, at: now(), action: 'deleted' as const, digest: noted.digest, tag: record.tag }
    return { ...record, goneAt: now(), checkedAt: now(), change }
  }
  await saveLatest(async isFirst => {
    const current = isFirst ? tag : await store.findTag(tag.repository, tag.tag)
    if (current && current.goneAt === undefined && current.digest === noted.digest)
      await store.saveTag(gone(current), current)
  })
}
