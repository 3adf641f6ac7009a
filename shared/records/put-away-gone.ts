import { isToPutAway } from '../domain/lifecycle/put-away.ts'
import type { ImageRecord, TagRecord } from '../domain/records/images.ts'
import type { Store } from '../ports/store.ts'

/**
 * Puts away what of these has been gone for long enough, so that reads of the whole repository do not grow with what was
 * deleted in it. For whoever has just read them, whichever version wrote them.
 */
export async function putAwayGone(
  { tags, images }: { readonly tags: readonly TagRecord[]; readonly images: readonly ImageRecord[] },
  now: Date,
  store: Pick<Store, 'putAwayTags' | 'putAwayImages'>,
): Promise<void> {
  const old = { tags: tags.filter(tag => isToPutAway(tag, now)), images: images.filter(one => isToPutAway(one, now)) }
  if (old.tags.length > 0) await store.putAwayTags(old.tags, now)
  if (old.images.length > 0) await store.putAwayImages(old.images, now)
}
