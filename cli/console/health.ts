import pMap from 'p-map'
import { secondsOf } from '../../shared/domain/instant.ts'
import { partsOf } from '../../shared/domain/repository-id.ts'
import { isListed } from '../../shared/domain/usage-freshness.ts'
import { inventoriesOf } from '../../shared/records/inventories.ts'
import { drainedOf, workloadSourcesOf } from '../../shared/settings.ts'
import type { Installation } from '../connect/installation.ts'
import type { ShownRepositories, ShownRepository } from '../images/list-repositories.ts'
import type { Health } from './api.ts'

const lookupsAtOnce = 16

/** Whether each cluster can be read, and whether it is known what it uses; of sources that are no clusters the latter. */
export async function clusterHealth(
  { store, settings }: Pick<Installation, 'store' | 'settings'>,
  unread: ShownRepositories['unread'],
  now: Date,
): Promise<Health[]> {
  const inventories = await inventoriesOf(workloadSourcesOf(settings), store)
  const problems = new Map(unread.map(({ cluster, message }) => [cluster, message]))
  const healths = [...inventories].map(([name, inventory]): Health => {
    const problem = problems.get(name)
    if (problem !== undefined) return { name, ok: false, message: problem }
    if (inventory === undefined)
      return { name, ok: false, message: 'what it uses was never listed, so that nothing it pulls is deleted' }
    const at = secondsOf(inventory.finishedAt)
    return isListed(inventory, now)
      ? { name, ok: true, message: `what it uses was listed at ${at}` }
      : { name, ok: false, message: `what it uses is not known; it was last listed at ${at}: ${inventory.message}` }
  })
  const drained = drainedOf(settings).map(name => ({ name, ok: true, message: 'is drained: it counts for nothing' }))
  return [...healths, ...drained]
}

/** Whether each registry of the settings and of the repositories is asked, or left alone since it fails. */
export async function registryHealth(
  { store, settings }: Pick<Installation, 'store' | 'settings'>,
  repositories: readonly ShownRepository[],
  now: Date,
): Promise<Health[]> {
  const hosts = new Set([
    ...settings.registries.map(({ host }) => host),
    ...repositories.map(({ repository }) => partsOf(repository).registry),
  ])
  return pMap(
    [...hosts].sort(),
    async (name): Promise<Health> => {
      const host = await store.findHost(name)
      if (host?.until === undefined || host.until <= now) return { name, ok: true, message: 'answers' }
      return { name, ok: false, message: `is left alone until ${secondsOf(host.until)}: ${host.message}` }
    },
    { concurrency: lookupsAtOnce },
  )
}
