import type { ImageRecord, TagRecord } from '../domain/records/images.ts'
import type { RepositoryRecord, SyncRecord } from '../domain/records/syncs.ts'
import type { Store } from '../ports/store.ts'
import { leadsFrom } from '../sync/gone-images.ts'
import type { ViewStore } from './shared-reads.ts'

/** As many tags of one repository are read every minute, with all of its images: one of more would cost the others. */
const mostRead = 50_000

/** By what its syncs counted, also of one that goes on. */
export const isTooLarge = (repository: RepositoryRecord | undefined, syncs: readonly SyncRecord[]): boolean =>
  Math.max(repository?.tagCount ?? 0, ...syncs.map(({ progress }) => progress?.total ?? 0)) > mostRead

/** The tags that objects track as they are now, with their images and all that those lead to. */
export async function readPart(
  id: string,
  names: ReadonlySet<string>,
  store: Pick<Store, 'findTags' | 'findImages'>,
): Promise<[readonly TagRecord[], readonly ImageRecord[]]> {
  const tags = await store.findTags(id, [...names])
  const digests = tags.map(tag => tag.digest)
  return [tags, await leadsFrom(id, digests, store)]
}

/**
 * All tags and images of a repository: those named, with what they lead to, as they are now, and the rest as of a moment
 * ago, which costs half. What of that is told too early (how many tags there are, which is the latest, the roles) is told
 * by the next look, within the hour.
 */
export async function readWhole(
  id: string,
  names: ReadonlySet<string>,
  store: Pick<ViewStore, 'listTags' | 'listImages' | 'findTags' | 'findImages'>,
): Promise<[readonly TagRecord[], readonly ImageRecord[]]> {
  const [listedTags, listedImages, [tags, images]] = await Promise.all([
    store.listTags(id, { mayLag: true }),
    store.listImages(id, { mayLag: true }),
    readPart(id, names, store),
  ])
  const tagsNow = new Map([...listedTags, ...tags].map(tag => [tag.tag, tag]))
  const imagesNow = new Map([...listedImages, ...images].map(image => [image.digest, image]))
  return [[...tagsNow.values()], [...imagesNow.values()]]
}
