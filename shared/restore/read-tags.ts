import pMap from 'p-map'
import type { Digest } from '../domain/digest.ts'
import { dummyArtifactType } from '../domain/dummy-artifact.ts'
import type { RegistryWriter } from '../ports/registry.ts'
import type { Store } from '../ports/store.ts'
import type { DeletedImage, RestoreTarget, TagState } from './restore-world.ts'

const tagsAtOnce = 16

export interface ReadTagsDeps {
  readonly store: Store
  readonly writer: RegistryWriter
}

/** Looks where each tag that is to be put back points now, and whether it meant something else when it was deleted. */
export async function readTags(
  images: Iterable<DeletedImage>,
  target: RestoreTarget,
  deps: ReadTagsDeps,
): Promise<ReadonlyMap<Digest, ReadonlyMap<string, TagState>>> {
  const wanted = [...images].flatMap(image => image.tags.map(tag => ({ image, tag })))
  const read = await pMap(wanted, async one => ({ ...one, state: await readTag(one.image, one.tag, target, deps) }), {
    concurrency: tagsAtOnce,
  })
  const states = new Map<Digest, Map<string, TagState>>()
  for (const { image, tag, state } of read)
    states.set(image.digest, (states.get(image.digest) ?? new Map()).set(tag, state))
  return states
}

async function readTag(
  { digest, named }: DeletedImage,
  tag: string,
  { repository, path }: RestoreTarget,
  { store, writer }: ReadTagsDeps,
): Promise<TagState> {
  const [now, record] = await Promise.all([writer.findTag(path, tag), store.findTag(repository, tag)])
  if (now !== undefined) return { now }
  if (record === undefined || record.digest === digest || named.includes(tag)) return {}
  return (await isImageOfUser(record.digest, repository, store)) ? { lastElsewhere: record.digest } : {}
}

/**
 * True for an image that was pushed; false for the dummy that some registries need for the delete of a tag, which a sync
 * may have seen under it.
 */
export async function isImageOfUser(digest: Digest, repository: string, store: Store): Promise<boolean> {
  const image = await store.findImage(repository, digest)
  return image !== undefined && image.artifactType !== dummyArtifactType
}
