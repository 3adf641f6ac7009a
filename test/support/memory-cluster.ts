import { randomUUID } from 'node:crypto'
import type { Workload } from '../../shared/domain/usage.ts'
import { ConflictError, NotFoundError } from '../../shared/errors.ts'
import type {
  Cluster,
  CustomKind,
  CustomObject,
  ObjectChange,
  ObjectEvent,
  ObjectMeta,
} from '../../shared/ports/cluster.ts'

/** A cluster whose objects lie in memory, with the hands of a person on it. */
export interface MemoryCluster extends Cluster {
  readonly events: (ObjectEvent & { readonly object: string })[]
  readonly workloads: Workload[]
  /** How often each write was asked for. */
  readonly writes: { applyStatus: number; annotate: number; deleteObject: number }
  put(kind: CustomKind, name: string, spec: object, metadata?: Partial<ObjectMeta>): CustomObject
  get(kind: CustomKind, name: string, namespace?: string): CustomObject | undefined
  change(
    kind: CustomKind,
    name: string,
    next: { spec?: object; annotations?: Record<string, string> },
    namespace?: string,
  ): void
  putSecret(namespace: string, name: string, data: Record<string, string>): void
  removeSecret(namespace: string, name: string): void
  run(name: string, image: string): void
  /** Forgets what changed until now: who watches from an earlier version is told to list again. */
  expire(): void
  /** Sets the labels of a namespace. */
  label(namespace: string, labels: Readonly<Record<string, string>>): void
}

const defaultNamespace = 'team'

/** What a watch can look back, so that a long run does not grow. */
const historySize = 10_000

const versionOf = ({ object }: ObjectChange): number => Number(object.metadata.resourceVersion)

export function createMemoryCluster(name: string): MemoryCluster {
  const objects = new Map<string, CustomObject>()
  const secrets = new Map<string, Readonly<Record<string, string>>>()
  const labels = new Map<string, Readonly<Record<string, string>>>()
  const events: MemoryCluster['events'] = []
  const workloads: Workload[] = []
  const writes = { applyStatus: 0, annotate: 0, deleteObject: 0 }
  let version = 0
  /** Oldest first; the object of each has the version of its change. */
  let changes: ObjectChange[] = []
  /** The first version from which a watch can still be served. */
  let oldestVersion = 0
  const keyOf = (kind: string, namespace: string, object: string) => `${kind}/${namespace}/${object}`
  const keyOfObject = ({ kind, metadata }: CustomObject) => keyOf(kind, metadata.namespace, metadata.name)
  const forget = (count: number) => {
    const last = changes[count - 1]
    oldestVersion = last ? versionOf(last) : oldestVersion
    changes = changes.slice(count)
  }
  const note = (type: ObjectChange['type'], object: CustomObject): CustomObject => {
    version += 1
    const changed = { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } }
    changes.push({ type, object: changed })
    if (changes.length > 2 * historySize) forget(historySize)
    return changed
  }
  const store = (object: CustomObject): CustomObject => {
    const stored = note('present', object)
    objects.set(keyOfObject(object), stored)
    return stored
  }
  /** As the API server does: gone is not found, moved on is a conflict. */
  const current = (object: CustomObject): CustomObject => {
    const found = objects.get(keyOfObject(object))
    if (!found || found.metadata.uid !== object.metadata.uid) throw new NotFoundError(`${keyOfObject(object)} is gone`)
    if (found.metadata.resourceVersion !== object.metadata.resourceVersion)
      throw new ConflictError(`${keyOfObject(object)} moved on`)
    return found
  }

  return {
    name,
    events,
    workloads,
    writes,
    async listObjects(kind, filter) {
      const wanted = filter?.fieldSelector?.replace('spec.repository=', '')
      return [...objects.values()].filter(
        object =>
          object.kind === kind &&
          (filter?.namespace === undefined || object.metadata.namespace === filter.namespace) &&
          (wanted === undefined || (object.spec as { repository?: string }).repository === wanted),
      )
    },
    async listObjectsAt(kind, onPage) {
      const listed = String(version)
      onPage(await this.listObjects(kind))
      return listed
    },
    /** In virtual time: ends when all that was pending is told. */
    async watchObjects(kind, resourceVersion, { onChange, onOpen, signal }) {
      const from = Number(resourceVersion)
      if (from < oldestVersion) return undefined
      const pending = changes.slice(changes.findLastIndex(change => versionOf(change) <= from) + 1)
      let told = resourceVersion
      onOpen?.()
      for (const change of pending.filter(({ object }) => object.kind === kind)) {
        if (signal?.aborted) break
        onChange(change)
        told = change.object.metadata.resourceVersion
      }
      return told
    },
    expire() {
      // A version that no change has, so that a version of now is an earlier one too.
      version += 1
      changes = []
      oldestVersion = version
    },
    findObject: async (kind, namespace, object) => objects.get(keyOf(kind, namespace, object)),
    async applyStatus(object, status) {
      writes.applyStatus += 1
      return store({ ...current(object), status }).metadata.resourceVersion
    },
    async annotate(object, annotations) {
      writes.annotate += 1
      const found = current(object)
      const merged: Record<string, string | null> = { ...found.metadata.annotations, ...annotations }
      const kept = Object.entries(merged).filter((pair): pair is [string, string] => pair[1] !== null)
      return store({ ...found, metadata: { ...found.metadata, annotations: Object.fromEntries(kept) } }).metadata
        .resourceVersion
    },
    async recordEvent(object, event) {
      events.push({ object: keyOfObject(object), ...event })
    },
    async deleteObject(object) {
      writes.deleteObject += 1
      const found = objects.get(keyOfObject(object))
      if (found?.metadata.uid !== object.metadata.uid) return false
      note('gone', found)
      return objects.delete(keyOfObject(object))
    },
    async createObject(kind, manifest) {
      const { metadata, spec } = manifest as Pick<CustomObject, 'spec'> & { metadata: Partial<ObjectMeta> }
      const { namespace = defaultNamespace, name: object = '' } = metadata
      if (objects.has(keyOf(kind, namespace, object))) throw new ConflictError(`${kind} ${object} is there already`)
      this.put(kind, object, spec as object, { ...metadata, namespace })
    },
    findSecret: async (namespace, secret) => secrets.get(`${namespace}/${secret}`),
    findNamespace: async wanted => ({ name: wanted, uid: `uid-of-${wanted}`, labels: labels.get(wanted) ?? {} }),
    async listNamespaces() {
      const names = new Set([
        defaultNamespace,
        ...labels.keys(),
        ...[...objects.values()].map(one => one.metadata.namespace),
      ])
      return Promise.all(
        [...names].map(async one => ({ name: one, uid: `uid-of-${one}`, labels: labels.get(one) ?? {} })),
      )
    },
    label: (wanted, next) => void labels.set(wanted, next),
    listWorkloads: async () => [...workloads],
    listMissingRights: async () => [],

    put: (kind, object, spec, metadata = {}) =>
      store({
        cluster: name,
        kind,
        spec,
        status: {},
        metadata: {
          name: object,
          namespace: defaultNamespace,
          uid: randomUUID(),
          resourceVersion: '0',
          generation: 1,
          labels: {},
          annotations: {},
          creationTimestamp: '2025-12-31T00:00:00Z',
          ...metadata,
        },
      }),
    get: (kind, object, namespace = defaultNamespace) => objects.get(keyOf(kind, namespace, object)),
    change(kind, object, { spec, annotations }, namespace = defaultNamespace) {
      const found = objects.get(keyOf(kind, namespace, object))
      if (!found) throw new NotFoundError(`${object} is gone`)
      const generation = found.metadata.generation + (spec ? 1 : 0)
      const metadata = { ...found.metadata, generation, ...(annotations && { annotations }) }
      store({ ...found, ...(spec && { spec }), metadata })
    },
    putSecret: (namespace, secret, data) => {
      secrets.set(`${namespace}/${secret}`, data)
    },
    removeSecret: (namespace, secret) => void secrets.delete(`${namespace}/${secret}`),
    run: (object, image) => {
      workloads.push({
        cluster: name,
        kind: 'Deployment',
        namespace: defaultNamespace,
        name: object,
        image,
        lastSeenAt: new Date(0),
      })
    },
  }
}
