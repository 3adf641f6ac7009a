import { randomUUID } from 'node:crypto'
import { factsIn, type ImageFacts } from '../domain/lifecycle/image-facts.ts'
import type { Why } from '../domain/lifecycle/transition-entry.ts'
import { restoreBegun, restored } from '../domain/lifecycle/transitions.ts'
import type { ImageRecord, TagRecord } from '../domain/records/images.ts'
import type { UsageRecord } from '../domain/records/workloads.ts'
import { currentReferences } from '../domain/usage-records.ts'
import type { ArchivedManifest } from '../ports/platform.ts'
import type { ImageConfig, Manifest } from '../ports/registry.ts'
import type { Draft } from '../ports/store.ts'
import { saveLatestImage } from '../records/save-image.ts'
import { saveLatest } from '../records/save-latest.ts'
import { factsOf, type Known, planTags } from '../sync/plan-records.ts'
import type { RestoreContext } from './restore-context.ts'
import type { RestoredItem } from './restore-outcome.ts'
import type { DeletedImage } from './restore-world.ts'

const whyOf = (
  { actor, asked, runId }: RestoreContext,
  { archived, storage }: DeletedImage,
  facts: readonly string[] = [],
): Why => ({
  id: randomUUID(),
  actor,
  ...(runId !== undefined && { runId }),
  reason: `put back by ${actor}: ${asked}${doneBy(archived, storage === undefined ? 'deleted' : 'archived')}`,
  facts,
})

const doneBy = (archived: ArchivedManifest | undefined, done: string): string => {
  const { policy, runId } = archived?.graph ?? {}
  return policy === undefined || runId === undefined ? '' : `; run ${runId} of policy ${policy} had ${done} it`
}

const tagFacts = (tags: readonly string[]): string[] => tags.map(tag => `tag ${tag}`)

/** Written before the first push, so that no crash can hide who put an image back. */
export async function noteRestoreStarted(
  image: DeletedImage,
  tags: readonly string[],
  context: RestoreContext,
): Promise<void> {
  const why = whyOf(context, image, tagFacts(tags))
  await saveLatestImage(
    { repository: context.repository, digest: image.digest },
    current => restoreBegun(current, restoredFacts(image, current, context), why, context.now()),
    context.store,
  )
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
  storage?: RestoredItem['storage'],
): Promise<void> {
  const isUsed = currentReferences(usage, image.digest, tags).length > 0
  const why = { ...whyOf(context, image, tagFacts(tags)), isUsed }
  await saveLatestImage(
    { repository: context.repository, digest: image.digest },
    current => restored(current, restoredFacts(image, current, context, storage), why, context.now()),
    context.store,
  )
}

function restoredFacts(
  image: DeletedImage,
  current: ImageRecord | undefined,
  context: RestoreContext,
  storage?: RestoredItem['storage'],
): ImageFacts {
  const { digest, manifest, record } = image
  if (image.storage !== undefined) return activatedFacts(image, current, context, storage ?? 'activating')
  if (manifest === undefined) throw new Error(`expected the manifest of ${digest}, which was just put back`)
  return factsOf(syncContextOf(context), { manifest, config: configOf(manifest, current ?? record) }, undefined)
}

/** As it was recorded. What was never recorded is read by a sync once it is handed out. */
function activatedFacts(
  { digest, record }: DeletedImage,
  current: ImageRecord | undefined,
  { repository, now }: RestoreContext,
  storage: 'active' | 'activating',
): ImageFacts {
  const known = current ?? record
  const { storage: _, ...facts } = known ? factsIn(known) : { repository, digest, unreadable: notRead }
  const pushedAt = { at: now(), source: 'event' as const }
  return { ...facts, pushedAt, ...(storage === 'activating' && { storage }) }
}

const notRead = 'it lay in the archive of its registry when it was first seen'

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
  const observed = { tags: new Map([[tag, { tag, digest }]]), gone: new Set<string>(), unread: new Map(), untagged: [] }
  await saveLatest(async () => {
    const current = await context.store.findTag(context.repository, tag)
    const known: Known = {
      complete: false,
      unread: [],
      tags: new Map(current ? [[tag, current]] : []),
      images: new Map(),
    }
    const [planned] = planTags(syncContextOf(context), known, observed)
    const draft: Draft<TagRecord> | undefined = planned?.draft ?? (wasPut ? current : undefined)
    if (draft === undefined) return
    const change = { ...whyOf(context, image), facts: [], at: context.now(), action: 'restored' as const, digest, tag }
    await context.store.saveTag({ ...draft, change }, current)
  })
}
