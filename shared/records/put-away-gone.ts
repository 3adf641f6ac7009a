import type { Digest } from '../domain/digest.ts'
import { isToPutAway } from '../domain/lifecycle/put-away.ts'
import type { ImageRecord, TagRecord } from '../domain/records/images.ts'
import { digestsBelow } from '../domain/version-runs.ts'
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
  const isNeeded = neededWith(images)
  const old = <T extends TagRecord | ImageRecord>(records: readonly T[]) =>
    records.filter(one => isToPutAway(one, now) && !isNeeded(one))
  const gone = { tags: old(tags), images: old(images) }
  if (gone.tags.length > 0) await store.putAwayTags(gone.tags, now)
  if (gone.images.length > 0) await store.putAwayImages(gone.images, now)
}

/**
 * Versions before look for it nowhere else: what is gone of an index while a part of it is there, which a workload may run
 * by the index, and the tags of a deletion that goes on.
 */
function neededWith(images: readonly ImageRecord[]): (gone: TagRecord | ImageRecord) => boolean {
  const byDigest = new Map(images.map(image => [image.digest, image]))
  const isThere = (digest: Digest) => byDigest.get(digest)?.goneAt === undefined && byDigest.has(digest)
  return gone =>
    'tag' in gone
      ? byDigest.get(gone.digest)?.deletion?.tags.includes(gone.tag) === true
      : gone.children !== undefined && [...digestsBelow(gone.digest, byDigest)].some(isThere)
}
