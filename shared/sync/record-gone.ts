import pMap from 'p-map'
import type { ImageRecord, TagRecord } from '../domain/records.ts'
import type { RegistryReader } from '../ports/registry.ts'
import type { Store } from '../ports/store.ts'
import { goneImagesOf, planGone, planGoneTags, type SyncContext } from './plan-records.ts'
import { type SyncDeps, saveAll, saveTagChange } from './record-present.ts'
import { hasRivals } from './word.ts'

/** What is recorded as there and was denied to the reader. */
export interface Denied {
  readonly tags: readonly TagRecord[]
  readonly images: readonly ImageRecord[]
}

const writeConcurrency = 16

/** Records what is gone by the word of this reader, and answers what that is. `hasRead`: it read something else. */
export async function recordGone(
  context: SyncContext,
  denied: Denied,
  hasRead: boolean,
  deps: Pick<SyncDeps, 'store' | 'overtaken'>,
): Promise<Denied> {
  const changes = planGoneTags(context, denied.tags, hasRead)
  const tags = await pMap(changes, change => saveTagChange(change, deps), { concurrency: writeConcurrency })
  const gone = goneImagesOf(context, denied.images, hasRead)
  const usage = gone.length > 0 ? await deps.store.listUsage(context.repository) : []
  return { tags, images: await saveAll(planGone(context, gone, usage), deps) }
}

/** Of a large repository, so many tags are looked through for another. */
const mostLookedThrough = 10_000

/**
 * The reader is shown another recorded tag: one request. Not asked where no other credential reads the repository, whose
 * tags need not be listed then.
 */
export async function readsAnother(
  { repository, word }: SyncContext,
  path: string,
  denied: Denied,
  { store, reader }: { readonly store: Store; readonly reader: RegistryReader },
): Promise<boolean> {
  if (!hasRivals(word)) return false
  const names = new Set(denied.tags.map(({ tag }) => tag))
  const known = await store.listTags(repository, { limit: mostLookedThrough })
  const others = known.filter(({ tag, goneAt }) => goneAt === undefined && !names.has(tag))
  const [other] = others.toSorted((a, b) => b.checkedAt.getTime() - a.checkedAt.getTime())
  return other !== undefined && (await reader.findTag(path, other.tag)) !== undefined
}
