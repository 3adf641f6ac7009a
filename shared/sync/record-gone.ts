import type { Digest } from '../domain/digest.ts'
import { type Absence, outsideActor } from '../domain/lifecycle/absence.ts'
import type { BegunDeletion, ImageRecord, TagRecord } from '../domain/records/images.ts'
import type { RegistryReader } from '../ports/registry.ts'
import type { Store } from '../ports/store.ts'
import { countLateDeletions, lateImage, lateTag } from './late-deletions.ts'
import { goneImagesOf, planGone, planGoneTags, type SyncContext } from './plan-records.ts'
import { hasOtherReaders } from './reader-authority.ts'
import { type SyncDeps, saveAll, saveTagChanges } from './record-present.ts'

/** What is recorded as there and was denied to the reader. */
export interface Denied {
  readonly tags: readonly TagRecord[]
  readonly images: readonly ImageRecord[]
}

/**
 * Records what is gone, as far as this reader is believed, and answers what that is. `hasRead`: it read something else.
 */
export async function recordGone(
  context: SyncContext,
  denied: Denied,
  hasRead: boolean,
  deps: Pick<SyncDeps, 'store' | 'overtaken'>,
): Promise<Denied> {
  const known = await imagesBehind(context, denied, deps.store)
  const changes = planGoneTags(context, denied.tags, hasRead, digest => known.get(digest))
  const gone = goneImagesOf(context, denied.images, hasRead)
  const usage = gone.length > 0 ? await deps.store.listUsage(context.repository) : []
  const transitions = planGone(context, gone, usage)
  const late = [
    ...changes.flatMap(({ draft, previous }) => {
      const begun = known.get(draft.digest)?.begun
      return previous && begun && isOf(begun, draft.change) ? [lateTag(begun, previous)] : []
    }),
    ...transitions.flatMap(({ previous, draft }) =>
      previous?.begun && isOf(previous.begun, draft.change) ? [lateImage(previous.begun, previous)] : [],
    ),
  ]
  // First: what is killed after it finds the same denied again, and counted.
  await countLateDeletions(context.repository, late, deps.store)
  const tags = await saveTagChanges(changes, deps)
  return { tags, images: await saveAll(transitions, deps) }
}

const isOf = ({ runId }: BegunDeletion, change: Pick<Absence, 'actor' | 'runId'>): boolean =>
  change.actor !== outsideActor && change.runId === runId

/** The images that the denied tags were on, as far as they are recorded. */
async function imagesBehind(
  { repository }: SyncContext,
  { tags, images }: Denied,
  store: Store,
): Promise<ReadonlyMap<Digest, ImageRecord>> {
  const known = new Map(images.map(image => [image.digest, image]))
  const missing = new Set(tags.map(({ digest }) => digest).filter(digest => !known.has(digest)))
  for (const image of await store.findImages(repository, [...missing])) known.set(image.digest, image)
  return known
}

/** Of a large repository, so many tags are looked through for another. */
const mostLookedThrough = 10_000

/**
 * The reader is shown another recorded tag: one request. Not asked where no other credential reads the repository, whose
 * tags need not be listed then.
 */
export async function readsAnother(
  { repository, authority }: SyncContext,
  path: string,
  denied: Denied,
  { store, reader }: { readonly store: Store; readonly reader: RegistryReader },
): Promise<boolean> {
  if (!hasOtherReaders(authority)) return false
  const names = new Set(denied.tags.map(({ tag }) => tag))
  const known = await store.listTags(repository, { limit: mostLookedThrough })
  const others = known.filter(({ tag, goneAt }) => goneAt === undefined && !names.has(tag))
  const [other] = others.toSorted((a, b) => b.checkedAt.getTime() - a.checkedAt.getTime())
  return other !== undefined && typeof (await reader.findTag(path, other.tag)) === 'string'
}
