import type { Cluster } from '../../ports/cluster.ts'
import type { ClusterOwner } from './owner.ts'

type Call<A extends unknown[], R> = (...args: A) => Promise<R>

/**
 * The cluster for one installation: each call is refused where the cluster is another's, and those that make or delete
 * objects where it is not known to be its own.
 */
export function ownedCluster(cluster: Cluster, owner: ClusterOwner): Cluster {
  const unlessOther = before(() => owner.refuseOther())
  const ifOwn = before(() => owner.requireOwn())
  const { meter, view, findHolder } = cluster
  return {
    name: cluster.name,
    requireOwn: () => owner.requireOwn(),
    listWorkloads: unlessOther(cluster.listWorkloads),
    listObjects: unlessOther(cluster.listObjects),
    listObjectsAt: unlessOther(cluster.listObjectsAt),
    watchObjects: unlessOther(cluster.watchObjects),
    findObject: unlessOther(cluster.findObject),
    findSecret: unlessOther(cluster.findSecret),
    findNamespace: unlessOther(cluster.findNamespace),
    listNamespaces: unlessOther(cluster.listNamespaces),
    listMissingRights: unlessOther(cluster.listMissingRights),
    applyStatus: unlessOther(cluster.applyStatus),
    annotate: unlessOther(cluster.annotate),
    recordEvent: unlessOther(cluster.recordEvent),
    deleteObject: ifOwn(cluster.deleteObject),
    createObject: ifOwn(cluster.createObject),
    ...(findHolder && { findHolder }),
    ...(view && { view: maxAgeMs => ownedCluster(view(maxAgeMs), owner) }),
    ...(meter && {
      meter: {
        readPullEvents: unlessOther(meter.readPullEvents),
        listNodeStorage: unlessOther(meter.listNodeStorage),
      },
    }),
  }
}

const before =
  (check: () => Promise<void>) =>
  <A extends unknown[], R>(call: Call<A, R>): Call<A, R> =>
  async (...args) => {
    await check()
    return call(...args)
  }
