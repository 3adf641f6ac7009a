import { parseManifest } from '../../shared/adapters/registry/manifest.ts'
import type { Digest } from '../../shared/domain/digest.ts'
import type { Cluster } from '../../shared/ports/cluster.ts'
import type { RestoredItem } from '../../shared/restore/restore-outcome.ts'
import { restoreRepository } from '../../shared/restore/restore-repository.ts'
import type { RepositoryBook } from './registry-book.ts'
import type { World } from './world.ts'

/** `shelflife restore` for one digest, in a process of its own; undefined where that was killed or gave up. */
export async function restoreImage(
  { estate, pipeline }: World,
  { id, path, host }: RepositoryBook,
  digest: Digest,
): Promise<readonly RestoredItem[] | undefined> {
  const target = { repository: id, registry: host, path, roots: [{ digest }] }
  const request = { actor: 'person alice', asked: `${id}@${digest}` }
  let things: readonly RestoredItem[] | undefined
  await pipeline.live(async life => {
    const writer = life.wrap(pipeline.writerOf(host))
    things = await restoreRepository(target, request, {
      store: life.wrap(pipeline.store),
      archive: life.wrap(estate.archive),
      layers: life.wrap(estate.layers),
      clusters: estate.clusters.map(one => life.wrap<Cluster>(one)),
      writerFor: async () => writer,
      parseManifest,
      now: estate.clock.now,
      sleep: async ms => estate.clock.pass(ms / 1000),
    })
  })
  return things
}
