import { leastUsedImages, type StoredRepository } from '../../domain/least-used-images.ts'
import type { ImageRecord } from '../../domain/records/images.ts'
import type { Evaluation } from '../world/evaluate-policy.ts'
import { imagesOf } from '../world/read-world.ts'
import { digestKey } from '../world/rivals.ts'
import type { StorageLook } from './check-storage.ts'

/**
 * The images that a run for storage gives up: in each registry under pressure as many of those to delete, the least
 * recently used first, as free it down to its low watermark. Undefined where deleting what is to be deleted frees
 * nothing.
 */
export function selectImages(
  evaluation: Evaluation,
  { pressures, worlds }: StorageLook,
): ((image: ImageRecord) => boolean) | undefined {
  if (!evaluation.policy.spec.targets.includes('RegistryArtifact')) return undefined
  const selected = new Set<string>()
  for (const { registry, lowWatermarkBytes } of pressures) {
    const stored = worlds
      .filter(world => world.id.startsWith(`${registry}/`))
      .map(
        (world): StoredRepository => ({
          repository: world.id,
          images: imagesOf(world),
          toDelete: evaluation.digestsToDelete.get(world.id) ?? new Set(),
        }),
      )
    for (const [repository, digests] of leastUsedImages(stored, lowWatermarkBytes).digests)
      for (const digest of digests) selected.add(digestKey(repository, digest))
  }
  return selected.size > 0 ? image => selected.has(digestKey(image.repository, image.digest)) : undefined
}
