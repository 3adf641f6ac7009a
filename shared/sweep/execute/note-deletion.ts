import { randomUUID } from 'node:crypto'
import type { AuditEntry } from '../../domain/audit.ts'
import type { ImageRecord, TagRecord } from '../../domain/records.ts'
import { ConflictError } from '../../errors.ts'
import type { Draft, Store } from '../../ports/store.ts'
import type { Deletion } from './plan-deletions.ts'

export interface NoteDeps {
  readonly store: Store
  readonly now: () => Date
}

export interface NoteContext {
  readonly policy: { readonly id: string }
  readonly runId: string
}

const reasonOf = (image: ImageRecord): string => image.mark?.reason ?? 'no rule keeps it'

const entry = (
  image: ImageRecord,
  context: NoteContext,
  now: Date,
  rest: Pick<AuditEntry, 'action' | 'reason'>,
): AuditEntry => ({
  id: randomUUID(),
  at: now,
  actor: `policy ${context.policy.id}`,
  digest: image.digest,
  runId: context.runId,
  facts: image.mark?.facts ?? [],
  ...rest,
})

/** Before the first delete call. Undefined when the record is no longer the one that was judged. */
export async function noteIntent(
  { image, tags }: Deletion,
  context: NoteContext,
  { store, now }: NoteDeps,
): Promise<ImageRecord | undefined> {
  const begun = image.deletion?.runId === context.runId ? image.deletion.tags : undefined
  if (begun && tags.every(tag => begun.includes(tag))) return image
  const change = entry(image, context, now(), { action: 'deletion-started', reason: reasonOf(image) })
  try {
    return await store.saveImage(
      { ...image, deletion: { runId: context.runId, startedAt: now(), tags }, change },
      image,
    )
  } catch (error) {
    if (error instanceof ConflictError) return undefined
    throw error
  }
}

/** The mark goes with the failure, so that the image waits out its grace again before the next try. */
export const noteFailure = (noted: ImageRecord, reason: string, context: NoteContext, deps: NoteDeps): Promise<void> =>
  saveUnmarked(noted, { action: 'delete-failed', reason }, context, deps)

/** Something needs it after all: nothing was deleted, and the next run judges it anew. */
export const noteKept = (image: ImageRecord, reason: string, context: NoteContext, deps: NoteDeps): Promise<void> =>
  saveUnmarked(image, { action: 'mark-lifted', reason }, context, deps)

async function saveUnmarked(
  image: ImageRecord,
  what: Pick<AuditEntry, 'action' | 'reason'>,
  context: NoteContext,
  deps: NoteDeps,
): Promise<void> {
  const { mark: _m, deletion: _d, ...rest } = image
  const change = entry(image, context, deps.now(), what)
  try {
    await deps.store.saveImage({ ...rest, stage: 'Maintenance', change }, image)
  } catch (error) {
    // Whoever wrote meanwhile knew better, and a mark that is left is judged again like any other.
    if (!(error instanceof ConflictError)) throw error
  }
}

/** The end: the mark and the intent go, and the image with them when the whole of it was deleted in the registry. */
export async function noteEnd(
  noted: ImageRecord,
  end: { readonly isGone: boolean; readonly objectOnly: boolean },
  context: NoteContext,
  deps: NoteDeps,
): Promise<void> {
  const now = deps.now()
  const reason = end.objectOnly ? `object only: ${reasonOf(noted)}` : reasonOf(noted)
  const save = ({ mark: _m, deletion: _d, ...rest }: ImageRecord, previous: ImageRecord) => {
    const change = entry(noted, context, now, { action: 'deleted', reason })
    return deps.store.saveImage({ ...rest, ...(end.isGone && { goneAt: now }), change }, previous)
  }
  try {
    await save(noted, noted)
  } catch (error) {
    // A registry that tells of its deletions makes sync write at the same moment.
    const current = error instanceof ConflictError && (await deps.store.findImage(noted.repository, noted.digest))
    if (!current || current.deletion?.runId !== context.runId) throw error
    await save(current, current)
  }
}

/** Notes that a tag is gone. Nothing when the record already says so, or that it points elsewhere. */
export async function noteTagGone(
  noted: ImageRecord,
  tag: TagRecord,
  context: NoteContext,
  { store, now }: NoteDeps,
): Promise<void> {
  const gone = (record: TagRecord): Draft<TagRecord> => ({
    ...record,
    goneAt: now(),
    checkedAt: now(),
    change: {
      ...entry(noted, context, now(), { action: 'deleted', reason: reasonOf(noted) }),
      tag: record.tag,
    },
  })
  try {
    await store.saveTag(gone(tag), tag)
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error
    const current = await store.findTag(tag.repository, tag.tag)
    if (current && current.goneAt === undefined && current.digest === noted.digest)
      await store.saveTag(gone(current), current)
  }
}
