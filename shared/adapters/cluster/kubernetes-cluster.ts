import type { Cluster, CustomKind } from '../../ports/cluster.ts'
import { createViews } from './cluster-views.ts'
import { type ConnectionOptions, createConnection } from './connection.ts'
import type { KindName } from './custom-kinds.ts'
import { createCustomWorkloads } from './custom-workloads.ts'
import { recordEvent } from './events.ts'
import { createListReader, createTurns, type ReadList } from './lists.ts'
import { findNamespace, listNamespaces } from './namespaces.ts'
import { listNodeStorage } from './node-storage.ts'
import { annotate, createObject, deleteObject, findObject, listObjects, listObjectsAt } from './objects.ts'
import { ownedCluster } from './owned-cluster.ts'
import { createOwner, findHolder } from './owner.ts'
import { customKinds } from './paths.ts'
import { readPullEvents } from './pull-events.ts'
import { listMissingRights } from './rights.ts'
import { findSecret } from './secrets.ts'
import { createStatusWriter } from './status.ts'
import { watchObjects } from './watch.ts'
import { listWorkloads } from './workloads.ts'

export type KubernetesClusterOptions = ConnectionOptions & {
  /** Kinds whose objects name images, beside those that are known; default none. */
  readonly workloads?: readonly KindName[] | undefined
  /** The installation that alone may work in it; absent: whoever asks. */
  readonly installation?: string | undefined
  /** Told in words where definitions of the cluster do not declare all that statuses say, once for each field. */
  readonly onUndeclared?: ((message: string) => void) | undefined
  /** How much longer than it was asked for a watch may last before it is ended from here; default 5 s. */
  readonly watchGraceMs?: number | undefined
  /** A watch of a second that a view asks for has told all if it lasted so long, by a clock that may differ; default 900. */
  readonly wholeWatchMs?: number | undefined
  /** A list of no more items a view reads again, in place of a watch of a second; default 50. */
  readonly shortList?: number | undefined
}

/**
 * A cluster behind its Kubernetes API, as the kubeconfig's current context names it. Makes no call yet.
 * @throws InvalidInputError when the kubeconfig cannot be used.
 */
export function createKubernetesCluster(options: KubernetesClusterOptions): Cluster {
  const connection = createConnection(options)
  const custom = createCustomWorkloads(options.workloads ?? [], connection)
  const watchGraceMs = options.watchGraceMs ?? 5_000
  const now = options.now ?? (() => new Date())
  const turns = createTurns()
  const { wholeWatchMs = 900, shortList = 50 } = options
  const views = createViews({ connection, turns, now, watchGraceMs, wholeWatchMs, shortList })
  const listsBy = (read: ReadList) => ({
    listNamespaces: () => listNamespaces(read),
    listWorkloads: () => listWorkloads(options.name, now(), custom, read),
  })
  const readList = createListReader(turns, connection)
  const cluster: Cluster = {
    name: options.name,
    ...listsBy(readList),
    listObjects: (kind, filter = {}) => listObjects(kind, filter, options.name, readList),
    listObjectsAt: (kind, onPage) => listObjectsAt(kind, onPage, connection),
    watchObjects: (kind, resourceVersion, watch) =>
      watchObjects(kind, resourceVersion, watch, watchGraceMs, connection),
    view: maxAgeMs => {
      const read = views(maxAgeMs)
      return viewOf(cluster, listsBy(read), kind => listObjects(kind, {}, options.name, read))
    },
    findHolder: () => findHolder(connection),
    findObject: (kind, namespace, name) => findObject(kind, namespace, name, connection),
    applyStatus: createStatusWriter(connection, now, options.onUndeclared ?? (() => undefined)),
    annotate: (object, annotations) => annotate(object, annotations, connection),
    recordEvent: (object, event) => recordEvent(object, event, now(), connection),
    deleteObject: object => deleteObject(object, connection),
    createObject: (kind, manifest) => createObject(kind, manifest, connection),
    findSecret: (namespace, name) => findSecret(namespace, name, connection),
    findNamespace: name => findNamespace(name, connection),
    listMissingRights: (user = 'reader') => listMissingRights(user, custom, connection),
    meter: {
      readPullEvents: from => readPullEvents(from, watchGraceMs, connection),
      listNodeStorage: () => listNodeStorage(connection),
    },
  }
  const { installation } = options
  return installation === undefined ? cluster : ownedCluster(cluster, createOwner(installation, connection, now))
}

/** The cluster with the lists of one look. A look needs all of them, and each takes as long as a watch: side by side. */
function viewOf(
  cluster: Cluster,
  lists: Pick<Cluster, 'listNamespaces' | 'listWorkloads'>,
  listAll: (kind: CustomKind) => ReturnType<Cluster['listObjects']>,
): Cluster {
  return {
    ...cluster,
    ...lists,
    listObjects: (kind, filter) => {
      if (filter) return cluster.listObjects(kind, filter)
      const others = [...customKinds.map(listAll), lists.listNamespaces()]
      for (const other of others) other.catch(() => undefined)
      return listAll(kind)
    },
  }
}
