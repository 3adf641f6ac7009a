import pMap from 'p-map'
import type { Digest } from '../domain/digest.ts'
import type { ArchivedBlob, LayerArchive } from '../ports/layer-archive.ts'
import { neededBlobs } from './needed-blobs.ts'
import type { GoneBlob } from './restore-outcome.ts'
import type { DeletedImage } from './restore-world.ts'

const blobsAtOnce = 16

export type ArchivedBlobs = ReadonlyMap<Digest, ArchivedBlob>

/**
 * The configs and layers that the archive holds, among those that images need which do not stand, and that these images of
 * one repository had themselves: an archived manifest may name what another team's image has. Of entries of older versions
 * that is not known, and all counts.
 */
export async function findArchivedBlobs(
  images: readonly DeletedImage[],
  layers: Pick<LayerArchive, 'findBlob'>,
): Promise<ArchivedBlobs> {
  const held = new Set(images.flatMap(({ archived }) => archived?.graph.heldBlobs ?? []))
  const wanted = images.flatMap(image =>
    neededBy(image).filter(({ digest }) => held.has(digest) || image.archived?.graph.heldBlobs === undefined),
  )
  const needed = new Map(wanted.map(({ digest, sizeBytes }) => [digest, sizeBytes]))
  const found = await pMap(
    needed,
    async ([digest, sizeBytes]) => ({ digest, sizeBytes, blob: await layers.findBlob(digest) }),
    {
      concurrency: blobsAtOnce,
    },
  )
  // One of another size is another thing: it would be refused in the end.
  return new Map(
    found.flatMap(({ digest, sizeBytes, blob }) => (blob?.sizeBytes === sizeBytes ? [[digest, blob]] : [])),
  )
}

const neededBy = ({ manifest, stands }: DeletedImage) => (manifest && !stands ? neededBlobs(manifest) : [])

/** Until when the archive has all that the image needs; undefined where it lacks some, and for what needs nothing. */
export function archivedUntil(image: DeletedImage, archived: ArchivedBlobs): Date | undefined {
  const lives = neededBy(image).map(({ digest }) => archived.get(digest)?.livesUntil.getTime() ?? 0)
  const until = Math.min(...lives)
  return lives.length > 0 && until > 0 ? new Date(until) : undefined
}

/** What is gone from the registry, by image: for good, or only there. */
export function splitGone(gone: ReadonlyMap<Digest, readonly GoneBlob[]>, archived: ArchivedBlobs) {
  const lost = new Map<Digest, readonly GoneBlob[]>()
  const toUpload = new Map<Digest, readonly GoneBlob[]>()
  for (const [image, blobs] of gone) {
    const missing = blobs.filter(blob => !archived.has(blob.digest))
    if (missing.length > 0) lost.set(image, missing)
    else toUpload.set(image, blobs)
  }
  return { lost, toUpload }
}
