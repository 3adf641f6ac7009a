import type { Cluster } from '../../shared/ports/cluster.ts'
import type { RestoreTarget } from '../../shared/restore/restore-world.ts'
import type { Installation } from '../connect/installation.ts'
import { doubtOf, otherOwner, whoseAre } from '../connect/whose-cluster.ts'

export type Asked = Pick<Installation, 'connectClusters' | 'findId' | 'rulebook'>

export interface ClustersToRestore {
  readonly clusters: readonly Cluster[]
  /** Whose a cluster is that pulls what comes back, and where that is not known: a line each, for people. */
  readonly notes: readonly string[]
}

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
  const clusters: Cluster[] = []
  const notes: string[] = []
  for (const { cluster, whose } of await whoseAre(await installation.connectClusters('executor'), installation)) {
    notes.push(...doubtOf(cluster, whose))
    if (whose.kind !== 'other') {
      clusters.push(cluster)
      continue
    }
    const refused = otherOwner(cluster.name, whose.holder, await installation.findId(), 'no object is made there')
    clusters.push({ ...cluster, requireOwn: () => Promise.reject(refused) })
    const pulled = registries.filter(one => installation.rulebook.pullsFrom(one, cluster.name))
    if (pulled.length > 0) notes.push(noteOf(cluster, whose.holder, pulled))
  }
  return { clusters, notes }
}

const noteOf = ({ name }: Cluster, holder: string, registries: readonly string[]): string =>
  `cluster ${name} belongs to installation ${holder} and pulls from ${registries.join(', ')}: its sweeps judge what comes back there, and no object is made in it`
