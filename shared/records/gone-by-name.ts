import type { Digest } from '../domain/digest.ts'
import type { ImageRecord, TagRecord } from '../domain/records/images.ts'
import type { Store } from '../ports/store.ts'

/** Records of one repository. */
interface Recorded {
  readonly tags: readonly TagRecord[]
  readonly images: readonly ImageRecord[]
}

export interface Names {
  readonly tags: Iterable<string>
  readonly digests: Iterable<Digest>
}

/**
 * All that is listed of a repository, and what was put away of that to which the names lead: a tag to its image, an image to
 * all below it. So what is decided by something gone is decided as if nothing were ever put away.
 */
export async function withGoneByName(
  repository: string,
  { tags, images }: Recorded,
  names: Names,
  store: Pick<Store, 'findGoneTags' | 'findGoneImages'>,
): Promise<Recorded> {
  const tagsByName = new Map(tags.map(tag => [tag.tag, tag]))
  const asked = new Set(names.tags)
  const unlisted = [...asked].filter(tag => !tagsByName.has(tag))
  const goneTags = unlisted.length > 0 ? await store.findGoneTags(repository, unlisted) : []
  for (const tag of goneTags) tagsByName.set(tag.tag, tag)
  const named = [...asked].flatMap(tag => tagsByName.get(tag)?.digest ?? [])
  const gone = await goneBelow(repository, images, [...names.digests, ...named], store)
  return { tags: [...tags, ...goneTags], images: [...images, ...gone] }
}

async function goneBelow(
  repository: string,
  images: readonly ImageRecord[],
  digests: readonly Digest[],
  store: Pick<Store, 'findGoneImages'>,
): Promise<ImageRecord[]> {
  if (digests.length === 0) return []
  const known = new Map(images.map(image => [image.digest, image]))
  const reached = new Set(digests)
  const gone: ImageRecord[] = []
  for (let next = [...reached]; next.length > 0; ) {
    const unlisted = next.filter(digest => !known.has(digest))
    const found = unlisted.length > 0 ? await store.findGoneImages(repository, unlisted) : []
    for (const image of found) known.set(image.digest, image)
    gone.push(...found)
    const below = new Set(next.flatMap(digest => known.get(digest)?.children ?? []))
    next = [...below].filter(digest => !reached.has(digest))
    for (const digest of next) reached.add(digest)
  }
  return gone
}
