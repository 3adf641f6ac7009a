import pMap from 'p-map'
import type { RestoreTarget } from '../../shared/restore/restore-world.ts'
import type { Installation } from '../connect/installation.ts'
import { otherOwner, whoseIs } from '../connect/whose-cluster.ts'

type Asked = Pick<Installation, 'connectClusters' | 'findId' | 'rulebook'>

const leasesAtOnce = 8

/**
 * The clusters, as the executor reaches them. In one of another installation no object is made. A registry whose clusters
 * belong to another is that one's as well: it would come upon images that its own records say it deleted, and these
 * records say nothing of. Where a Lease cannot be read the restore goes on: what is put back takes nothing away.
 *
 * @throws AccessDeniedError where a cluster that pulls from the registry of a target is another installation's
 */
export async function clustersToRestore(targets: readonly RestoreTarget[], installation: Asked) {
  const registries = [...new Set(targets.map(({ registry }) => registry))]
  return pMap(
    await installation.connectClusters('executor'),
    async cluster => {
      const whose = await whoseIs(cluster, installation)
      if (whose.kind !== 'other') return cluster
      const id = await installation.findId()
      const registry = registries.find(one => installation.rulebook.pullsFrom(one, cluster.name))
      if (registry !== undefined)
        throw otherOwner(cluster.name, whose.holder, id, `it pulls from ${registry}, and nothing was restored`)
      const refused = otherOwner(cluster.name, whose.holder, id, 'no object is made there')
      return { ...cluster, requireOwn: () => Promise.reject(refused) }
    },
    { concurrency: leasesAtOnce },
  )
}
