import { randomUUID } from 'node:crypto'
import type { AuditEntry } from '../domain/audit.ts'
import type { ImageRecord, TagRecord, UsageRecord } from '../domain/records.ts'
import { ConflictError } from '../errors.ts'
import type { ArchivedManifest } from '../ports/platform.ts'
import type { ImageConfig, Manifest } from '../ports/registry.ts'
import type { Draft } from '../ports/store.ts'
import { type Known, planImages, planTags } from '../sync/plan-records.ts'
import type { RestoreContext } from './restore-context.ts'
import type { DeletedImage } from './restore-world.ts'

const attempts = 5

/** A registry that tells of pushes makes sync write at the same moment: then the record is read and decided again. */
async function saveOverLatest(attempt: () => Promise<unknown>): Promise<void> {
  for (let tried = 1; ; tried++) {
    try {
      await attempt()
      return
    } catch (error) {
      if (!(error instanceof ConflictError) || tried === attempts) throw error
    }
  }
}

const entryOf = (
  context: RestoreContext,
  { digest, archived }: DeletedImage,
  rest: Pick<AuditEntry, 'action'> & Partial<AuditEntry>,
): AuditEntry => ({
  id: randomUUID(),
  at: context.now(),
  actor: context.actor,
  digest,
  ...(context.runId !== undefined && { runId: context.runId }),
  reason: `put back by ${context.actor}: ${context.asked}${deletedBy(archived)}`,
  facts: [],
  ...rest,
})

const deletedBy = (archived: ArchivedManifest | undefined): string => {
  const { policy, runId } = archived?.graph ?? {}
  return policy === undefined || runId === undefined ? '' : `; run ${runId} of policy ${policy} had deleted it`
}

/** Written before the first push, so that no crash can hide who put an image back. */
export async function noteRestoreStarted(
  image: DeletedImage,
  tags: readonly string[],
  context: RestoreContext,
): Promise<void> {
  const { digest } = image
  await saveOverLatest(async () => {
    const current = await context.store.findImage(context.repository, digest)
    const facts = tags.map(tag => `tag ${tag}`)
    const change = entryOf(context, image, { action: 'restore-started', facts })
    const draft = current ?? { ...freshDraft(image, [], [], undefined, context), goneAt: context.now() }
    await context.store.saveImage({ ...draft, change }, current)
  })
}

/**
 * The image as a sync would record it that finds it again, with the entry that says who put it back: it counts as pushed
 * now, so that its grace begins again, and a mark, or a deletion that was under way, is lifted.
 */
export async function recordImage(
  image: DeletedImage,
  tags: readonly string[],
  usage: readonly UsageRecord[],
  context: RestoreContext,
): Promise<void> {
  await saveOverLatest(async () => {
    const current = await context.store.findImage(context.repository, image.digest)
    const change = entryOf(context, image, { action: 'restored', facts: tags.map(tag => `tag ${tag}`) })
    await context.store.saveImage({ ...freshDraft(image, tags, usage, current, context), change }, current)
  })
}

function freshDraft(
  image: DeletedImage,
  tags: readonly string[],
  usage: readonly UsageRecord[],
  current: ImageRecord | undefined,
  context: RestoreContext,
): Draft<ImageRecord> {
  const { digest, manifest, record } = image
  if (manifest === undefined) throw new Error(`expected the manifest of ${digest}, which was just put back`)
  const observed = {
    tags: new Map(tags.map(tag => [tag, { tag, digest }])),
    gone: new Set<string>(),
    untagged: [{ digest }],
  }
  const known: Known = { complete: false, tags: new Map(), images: new Map(current ? [[digest, current]] : []) }
  const found = new Map([[digest, { manifest, config: configOf(manifest, current ?? record) }]])
  const [change] = planImages(syncContextOf(context), known, observed, found, usage)
  if (change === undefined) throw new Error(`expected a record for ${digest}`)
  return change.draft
}

/** What its config said when it was first seen: the config has not changed, since its digest has not. */
function configOf({ config }: Manifest, record: ImageRecord | undefined): ImageConfig | undefined {
  if (config === undefined || record === undefined) return undefined
  return { ...(record.createdAt && { createdAt: record.createdAt }), ...record.platform }
}

/** The push is our own, so its time is known as that of an event is. */
const syncContextOf = ({ repository, actor, now }: RestoreContext) => ({ repository, actor, now: now(), hinted: true })

/** The tag as a sync would record it. Nothing is written for one that was recorded before and was not put back now. */
export async function recordTag(
  tag: string,
  image: DeletedImage,
  wasPut: boolean,
  context: RestoreContext,
): Promise<void> {
  const { digest } = image
  const observed = { tags: new Map([[tag, { tag, digest }]]), gone: new Set<string>(), untagged: [] }
  await saveOverLatest(async () => {
    const current = await context.store.findTag(context.repository, tag)
    const known: Known = { complete: false, tags: new Map(current ? [[tag, current]] : []), images: new Map() }
    const [planned] = planTags(syncContextOf(context), known, observed)
    const draft: Draft<TagRecord> | undefined = planned?.draft ?? (wasPut ? current : undefined)
    if (draft === undefined) return
    await context.store.saveTag({ ...draft, change: entryOf(context, image, { action: 'restored', tag }) }, current)
  })
}
