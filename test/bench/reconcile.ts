import pMap from 'p-map'
import { createDynamoStore } from '../../shared/adapters/store/dynamo-store.ts'
import type { SyncRequest } from '../../shared/domain/events.ts'
import type { ObjectChange } from '../../shared/ports/cluster.ts'
import type { Store } from '../../shared/ports/store.ts'
import { type ReconcileDeps, reconcileAll, reconcileRepository } from '../../shared/reconcile/reconcile.ts'
import { startInProcessStore } from '../support/in-process-store.ts'
import { createMemoryCluster, type MemoryCluster } from '../support/memory-cluster.ts'
import { createMemorySealer } from '../support/memory-platform.ts'
import { at, digestOf, imageDraft, syncDraft, tagDraft } from '../support/records.ts'
import { rulebookWith } from '../support/rulebook.ts'
import { secretsOf } from '../support/webhook-fixture.ts'

const host = 'registry.example.com'
const tagsEach = 100
const objectsEach = 10
const concurrency = 32

/** What is asked of the table and of the API servers; a list's bytes as JSON. */
interface Counts {
  readUnits: number
  writeUnits: number
  tableCalls: number
  clusterCalls: number
  clusterBytes: number
}

const zero = (): Counts => ({ readUnits: 0, writeUnits: 0, tableCalls: 0, clusterCalls: 0, clusterBytes: 0 })

/** What an idle minute, an idle hour and one event cost reconcile, by the objects of one cluster, and by clusters. */
export async function benchReconcile(): Promise<string[]> {
  const lines: string[] = []
  for (const repositories of [10, 100]) {
    const { hour, least, event } = await measure(repositories, 1)
    const size = `${repositories * objectsEach} objects, ${repositories * tagsEach} tags`
    lines.push(
      `reconcile, ${size}: least idle minute ${textOf(least)}; idle hour ${textOf(hour)}; event ${textOf(event)}`,
    )
  }
  const { event } = await measure(10, 30)
  return [...lines, `reconcile, one event, 30 clusters of which one tracks the repository: ${textOf(event)}`]
}

const textOf = ({ readUnits, writeUnits, tableCalls, clusterCalls, clusterBytes }: Counts): string =>
  `${readUnits} RCU, ${writeUnits} WCU, ${tableCalls} table calls, ${clusterCalls} cluster calls, ${Math.ceil(clusterBytes / 1024)} KiB`

async function measure(repositories: number, clusterCount: number) {
  const local = await startInProcessStore()
  const counts = zero()
  countConsumed(local.client, counts)
  const store = createDynamoStore(local.client, local.tableName)
  const clusters = Array.from({ length: clusterCount }, (_, place) => createMemoryCluster(`eu-${place}`))
  const sent: SyncRequest[] = []
  let seconds = 0
  const deps: ReconcileDeps = {
    store,
    secrets: secretsOf({}),
    sealer: createMemorySealer(),
    clusterList: clusters.map(cluster => counted(cluster, counts)),
    clusters: clusters.map(({ name }) => name),
    syncQueue: { sendSyncRequests: async requests => void sent.push(...requests) },
    rulebook: rulebookWith(),
    readerFor: async () => ({ checkAccess: async () => ({ latencyMs: 1 }) }) as never,
    now: () => at(seconds),
    mirrors: new Map(),
  }
  await fill(store, clusters, repositories)
  await reconcileAll(deps)
  await answer(store, sent)
  await reconcileAll(deps)
  const spent = async (run: () => Promise<unknown>): Promise<Counts> => {
    Object.assign(counts, zero())
    await run()
    return { ...counts }
  }
  const minutes: Counts[] = []
  for (let minute = 1; minute <= 60; minute++) {
    seconds = 60 * minute
    minutes.push(await spent(() => reconcileAll(deps)))
  }
  const event = await spent(() => reconcileRepository({ registry: host, repository: 'team/app-0' }, deps))
  await local.close()
  const least = minutes.toSorted((a, b) => a.readUnits - b.readUnits || a.clusterBytes - b.clusterBytes)[0] ?? zero()
  return { hour: minutes.reduce(sumOf, zero()), least, event }
}

function sumOf(a: Counts, b: Counts): Counts {
  const names = Object.keys(a) as (keyof Counts)[]
  return Object.fromEntries(names.map(name => [name, a[name] + b[name]])) as unknown as Counts
}

/** The first cluster tracks some tags of each repository, all of which have been pushed long ago. */
async function fill(store: Store, [cluster, ...others]: readonly MemoryCluster[], repositories: number): Promise<void> {
  for (const one of [cluster, ...others]) one?.put('RegistrySecret', 'registry', { domain: host })
  const places = Array.from({ length: repositories * tagsEach }, (_, place) => place)
  await pMap(
    places,
    async place => {
      const path = `team/app-${Math.floor(place / tagsEach)}`
      const [tag, digest] = [`v${place % tagsEach}`, digestOf(`${place}`)]
      await store.saveImage(imageDraft(`${host}/${path}`, { digest }), undefined)
      await store.saveTag(tagDraft(`${host}/${path}`, { tag, digest }), undefined)
      if (place % tagsEach >= objectsEach) return
      const spec = { repository: path, tag, registryRef: { name: 'registry' }, syncInterval: '24h' }
      cluster?.put('Repository', `${path.replace('/', '-')}-${tag}`, spec)
    },
    { concurrency },
  )
}

/** Every sync that was asked for succeeded. */
const answer = (store: Store, sent: readonly SyncRequest[]) =>
  pMap(
    sent,
    async ({ registry, repository, credential, attempt, asks = [] }) =>
      store.saveSync(
        syncDraft(`${registry}/${repository}`, 0, { credential, answered: asks, outcome: { attempt } }),
        undefined,
      ),
    { concurrency },
  )

type Client = Awaited<ReturnType<typeof startInProcessStore>>['client']

function countConsumed(client: Client, counts: Counts): void {
  client.middlewareStack.add(
    (next, context) => async args => {
      const input = { ...args.input, ReturnConsumedCapacity: 'TOTAL' }
      const result = await next({ ...args, input } as typeof args)
      const isRead = /^(Get|BatchGet|Query|Scan)/.test(context.commandName ?? '')
      const { ConsumedCapacity } = result.output as { ConsumedCapacity?: unknown }
      const units = [ConsumedCapacity].flat().reduce<number>((sum, one) => sum + unitsOf(one), 0)
      counts.tableCalls += 1
      if (isRead) counts.readUnits += units
      else counts.writeUnits += units
      return result
    },
    { step: 'initialize' },
  )
}

const unitsOf = (consumed: unknown): number => (consumed as { CapacityUnits?: number } | undefined)?.CapacityUnits ?? 0

function counted(cluster: MemoryCluster, counts: Counts): MemoryCluster {
  const weigh = (told: unknown) => {
    counts.clusterBytes += Buffer.byteLength(JSON.stringify(told) ?? '')
  }
  const calling: Partial<MemoryCluster> = {
    listObjectsAt: (kind, onPage) =>
      cluster.listObjectsAt(kind, page => {
        weigh(page)
        onPage(page)
      }),
    watchObjects: (kind, version, options) => {
      const onChange = (change: ObjectChange) => {
        weigh(change)
        options.onChange(change)
      }
      return cluster.watchObjects(kind, version, { ...options, onChange })
    },
  }
  return new Proxy(cluster, {
    get(target, name) {
      const found: unknown = Reflect.get(calling, name) ?? Reflect.get(target, name)
      if (typeof found !== 'function') return found
      return async (...args: unknown[]) => {
        counts.clusterCalls += 1
        const result: unknown = await Reflect.apply(found, target, args)
        weigh(result)
        return result
      }
    },
  })
}
