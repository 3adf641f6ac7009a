import type { SyncRequest } from '../../shared/domain/events.ts'
import { anonymousCredential, credentialOfObject } from '../../shared/domain/sync-credential.ts'
import type { Condition } from '../../shared/ports/cluster.ts'
import type { RegistryReader } from '../../shared/ports/registry.ts'
import { manualSyncAnnotation } from '../../shared/reconcile/annotations.ts'
import { reconcileAll, reconcileRepository } from '../../shared/reconcile/reconcile.ts'
import { runTask } from '../../shared/sync/run-task.ts'
import type { Loopback } from './loopback.ts'
import { createMemoryCluster } from './memory-cluster.ts'
import { createMemorySealer } from './memory-platform.ts'
import { at } from './records.ts'
import { rulebookWith } from './rulebook.ts'
import { readerShown, type Shown } from './shown-reader.ts'
import { recordingBus, secretsOf } from './webhook-fixture.ts'

let clusters = 0

/**
 * Namespaces that track one repository of a registry, each with a credential of its own: reconcile asks for syncs, which
 * are made at once, and the registry shows each credential what the test says.
 */
export function createTenants(world: Loopback) {
  clusters += 1
  const cluster = createMemoryCluster(`eu-tenants-${clusters}`)
  const path = world.freshPath()
  const { events } = recordingBus()
  const shown = new Map<string, Shown>()
  const made: (SyncRequest & { readonly atSeconds: number })[] = []
  let seconds = 0
  let queue: SyncRequest[] = []
  const now = () => at(seconds)
  const readerFor = async (_: string, { credential }: { credential: string }) =>
    readerShown(world.reader, shown.get(credential))
  const credentialOf = (namespace: string) => {
    const secret = cluster.get('RegistrySecret', 'registry', namespace)
    const isOwn = (secret?.spec as { secretRef?: object } | undefined)?.secretRef !== undefined
    return secret && isOwn ? credentialOfObject(cluster.name, secret.metadata.uid) : anonymousCredential
  }
  const deps = {
    store: world.store,
    secrets: secretsOf({}),
    sealer: createMemorySealer(),
    clusterList: [cluster],
    clusters: [cluster.name],
    syncQueue: { sendSyncRequests: async (requests: readonly SyncRequest[]) => void queue.push(...requests) },
    rulebook: rulebookWith(),
    readerFor: async (): Promise<RegistryReader> => ({
      ...world.reader,
      checkAccess: async () => ({ latencyMs: 7 }),
    }),
    now,
  }
  const tasks = () => ({ store: world.store, events, readerFor, now, wait: async () => undefined })
  /** Makes the syncs that were asked for. */
  const work = async () => {
    const asked = queue
    queue = []
    for (const request of asked) {
      made.push({ ...request, atSeconds: seconds })
      await runTask({ kind: 'request', request }, tasks())
    }
  }
  /** Reconciles, and makes the syncs that are due. */
  const tick = async () => {
    await reconcileAll(deps)
    await work()
  }
  const get = (namespace: string, name = 'app') => cluster.get('Repository', name, namespace)

  return {
    cluster,
    path,
    id: `${world.host}/${path}`,
    /** The requests that were made. */
    made,
    now,
    credentialOf,
    /** A RegistrySecret, with a credential of its own unless it is to be read anonymously, and an object `app`. */
    join: (namespace: string, spec: object = {}, { isAnonymous = false, createdAt = now() } = {}) => {
      const metadata = { namespace, creationTimestamp: createdAt.toISOString().replace('.000', '') }
      if (!cluster.get('RegistrySecret', 'registry', namespace)) {
        const auths = { [world.host]: { username: namespace, password: 'x' } }
        cluster.putSecret(namespace, 'pull', { '.dockerconfigjson': JSON.stringify({ auths }) })
        const secretRef = isAnonymous ? {} : { secretRef: { name: 'pull' } }
        cluster.put('RegistrySecret', 'registry', { domain: world.host, ...secretRef }, { namespace })
      }
      cluster.put('Repository', 'app', { repository: path, registryRef: { name: 'registry' }, ...spec }, metadata)
    },
    show: (namespace: string, what: Shown) => shown.set(credentialOf(namespace), what),
    /** Minutes of one reconcile each. */
    pass: async (minutes: number, stepSeconds = 60) => {
      for (let passed = 0; passed < minutes * 60; passed += stepSeconds) {
        seconds += stepSeconds
        await tick()
      }
    },
    tick,
    /** One look at the cluster; the syncs that it asks for wait. */
    look: () => reconcileAll(deps),
    work,
    /** The queue loses what is in it. */
    lose: () => {
      queue = []
    },
    /** A person annotates; `counted` as a cluster does that counts it. */
    annotate: (namespace: string, value: string, { counted = true } = {}) => {
      const { spec } = get(namespace) ?? {}
      const { syncRequests = 0 } = spec as { syncRequests?: number }
      const annotations = { [manualSyncAnnotation]: value }
      const next = { ...(spec as object), syncRequests: syncRequests + 1 }
      cluster.change('Repository', 'app', { annotations, ...(counted && { spec: next }) }, namespace)
    },
    /** The registry tells of a push, and the objects of the repository are looked at. */
    hint: async (tag: string) => {
      const where = { registry: world.host, repository: path }
      const result = await runTask({ kind: 'hint', isPush: true, hint: { ...where, tag } }, tasks())
      await reconcileRepository(where, deps)
      return result
    },
    /** What is due is made, and shown. */
    settle: async () => {
      await tick()
      seconds += 2
      await tick()
    },
    status: (namespace: string) => get(namespace)?.status ?? {},
    condition: (namespace: string, type = 'Synced') =>
      (get(namespace)?.status.conditions as Condition[] | undefined)?.find(one => one.type === type),
  }
}
