import pMap from 'p-map'
import type { Digest } from '../domain/digest.ts'
import type { ManifestArchive } from '../ports/platform.ts'
import type { RegistryWriter } from '../ports/registry.ts'
import type { Store } from '../ports/store.ts'
import type { DeletedImage, RestoreTarget, TagState } from './restore-world.ts'

const concurrency = 16

/** Looks where each tag that is to be put back points now, and whether it meant something else when it went. */
export async function readTags(
  images: Iterable<DeletedImage>,
  target: RestoreTarget,
  deps: { readonly store: Store; readonly archive: ManifestArchive; readonly writer: RegistryWriter },
): Promise<ReadonlyMap<Digest, ReadonlyMap<string, TagState>>> {
  const wanted = [...images].flatMap(({ digest, tags }) => tags.map(tag => ({ digest, tag })))
  const read = await pMap(wanted, async one => ({ ...one, state: await readTag(one.digest, one.tag, target, deps) }), {
    concurrency,
  })
  const states = new Map<Digest, Map<string, TagState>>()
  for (const { digest, tag, state } of read) states.set(digest, (states.get(digest) ?? new Map()).set(tag, state))
  return states
}

async function readTag(
  digest: Digest,
  tag: string,
  { repository, path }: RestoreTarget,
  { store, archive, writer }: Parameters<typeof readTags>[2],
): Promise<TagState> {
  const [now, record] = await Promise.all([writer.findTag(path, tag), store.findTag(repository, tag)])
  if (now !== undefined) return { now }
  if (record === undefined || record.digest === digest) return {}
  // The dummy that some registries need for the delete of a tag may have been seen on it: that is no image of anybody's.
  const isImage =
    (await archive.findManifest(repository, record.digest)) ?? (await writer.findManifest(path, record.digest))
  return isImage ? { lastElsewhere: record.digest } : {}
}
