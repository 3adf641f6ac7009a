import pMap from 'p-map'
import type { Digest } from '../domain/digest.ts'
import type { Manifest, RegistryWriter } from '../ports/registry.ts'
import { neededBlobs } from './needed-blobs.ts'
import type { GoneBlob } from './restore-outcome.ts'
import type { DeletedImage } from './restore-world.ts'

const blobsAtOnce = 16

/**
 * The configs and layers that the registry has no more, by the manifest that needs them; each blob is asked for once.
 * A manifest that stands is not asked about: its registry would not have taken it otherwise.
 */
export async function findGoneBlobs(
  images: readonly DeletedImage[],
  path: string,
  writer: RegistryWriter,
): Promise<ReadonlyMap<Digest, readonly GoneBlob[]>> {
  const wanted = images.flatMap(({ manifest, stands }) => (manifest && !stands ? [manifest] : []))
  const blobs = new Set(wanted.flatMap(neededBlobs).map(blob => blob.digest))
  const found = await pMap(blobs, async digest => [digest, await writer.hasBlob(path, digest)] as const, {
    concurrency: blobsAtOnce,
  })
  const there = new Map(found)
  const goneOf = (manifest: Manifest): GoneBlob[] =>
    neededBlobs(manifest)
      .filter(blob => there.get(blob.digest) === false)
      .map(blob => ({ ...blob, kind: blob.digest === manifest.config ? 'config' : 'layer' }))
  return new Map(
    wanted.map(manifest => [manifest.digest, goneOf(manifest)] as const).filter(([, gone]) => gone.length > 0),
  )
}
