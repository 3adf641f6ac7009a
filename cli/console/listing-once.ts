import type { Cluster, CustomKind } from '../../shared/ports/cluster.ts'
import type { Installation } from '../connect/installation.ts'

/** The same installation for one answer: the objects of a kind are listed once, though several parts of it look at them. */
export function listingOnce(installation: Installation): Installation {
  let connected: Promise<Cluster[]> | undefined
  const connect = async () => (await installation.connectClusters()).map(withOneList)
  return {
    ...installation,
    connectClusters: () => {
      connected ??= connect()
      return connected
    },
  }
}

function withOneList(cluster: Cluster): Cluster {
  const lists = new Map<CustomKind, ReturnType<Cluster['listObjects']>>()
  return {
    ...cluster,
    listObjects: kind => {
      const list = lists.get(kind) ?? cluster.listObjects(kind)
      lists.set(kind, list)
      return list
    },
  }
}
