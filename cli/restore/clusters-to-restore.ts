import pMap from 'p-map'
import type { Cluster } from '../../shared/ports/cluster.ts'
import type { RestoreTarget } from '../../shared/restore/restore-world.ts'
import type { Installation } from '../connect/installation.ts'
import { doubtOf, otherOwner, whoseIs } from '../connect/whose-cluster.ts'

export type Asked = Pick<Installation, 'connectClusters' | 'findId' | 'rulebook'>

export interface ClustersToRestore {
  readonly clusters: readonly Cluster[]
  /** Whose a cluster is that pulls what comes back, and where that is not known: a line each, for people. */
  readonly notes: readonly string[]
}

const leasesAtOnce = 8

/**
 * The clusters, as the executor reaches them. In one of another installation no object is made. What this one knows it puts
 * back all the same, also where such a cluster pulls: after a hand-over nobody else can. Where a Lease cannot be read the
 * restore goes on: what is put back takes nothing away.
 */
export async function clustersToRestore(
  targets: readonly RestoreTarget[],
  installation: Asked,
): Promise<ClustersToRestore> {
  const registries = [...new Set(targets.map(({ registry }) => registry))]
  const found = await pMap(
    await installation.connectClusters('executor'),
    async cluster => {
      const whose = await whoseIs(cluster, installation)
      if (whose.kind !== 'other') return { cluster, notes: doubtOf(cluster, whose) }
      const refused = otherOwner(cluster.name, whose.holder, await installation.findId(), 'no object is made there')
      const closed = { ...cluster, requireOwn: () => Promise.reject(refused) }
      const pulled = registries.filter(one => installation.rulebook.pullsFrom(one, cluster.name))
      return { cluster: closed, notes: pulled.length > 0 ? [noteOf(cluster, whose.holder, pulled)] : [] }
    },
    { concurrency: leasesAtOnce },
  )
  return { clusters: found.map(({ cluster }) => cluster), notes: found.flatMap(({ notes }) => notes) }
}

const noteOf = ({ name }: Cluster, holder: string, registries: readonly string[]): string =>
  `cluster ${name} belongs to installation ${holder} and pulls from ${registries.join(', ')}: its sweeps judge what comes back there, and no object is made in it`
