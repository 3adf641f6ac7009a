import pMap from 'p-map'
import type { ImageRecord, TagRecord } from '../domain/records/images.ts'
import type { RepositoryRecord, SyncRecord } from '../domain/records/syncs.ts'
import type { Store } from '../ports/store.ts'
import { leadsFrom } from '../sync/gone-images.ts'

/** As many tags of one repository are read every minute, with all of its images: one of more would cost the others. */
const mostRead = 50_000
const concurrency = 16

/** By what its syncs counted, also of one that goes on. */
export const isTooLarge = (repository: RepositoryRecord | undefined, syncs: readonly SyncRecord[]): boolean =>
  Math.max(repository?.tagCount ?? 0, ...syncs.map(({ progress }) => progress?.total ?? 0)) > mostRead

/** Of such a repository the tags that objects track, with their images and all that those lead to. */
export async function readPart(
  id: string,
  names: ReadonlySet<string>,
  store: Pick<Store, 'findTag' | 'findImages'>,
): Promise<[readonly TagRecord[], readonly ImageRecord[]]> {
  const found = await pMap(names, tag => store.findTag(id, tag), { concurrency })
  const tags = found.filter(tag => tag !== undefined)
  const digests = tags.map(tag => tag.digest)
  return [tags, await leadsFrom(id, digests, store)]
}
