import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import pMap from 'p-map'
import { ensureTable } from '../../cli/embedded/aws/dynamodb.ts'
import { pushImage } from '../../cli/embedded/registry/push-image.ts'
import { tableDefinition } from '../../cli/embedded/table-definition.ts'
import { createOciReader } from '../../shared/adapters/registry/oci/oci-registry.ts'
import { createOciWriter } from '../../shared/adapters/registry/oci/oci-writer.ts'
import { createDynamoStore } from '../../shared/adapters/store/dynamo-store.ts'
import { takeInventory } from '../../shared/inventory/take-inventory.ts'
import type { SweepRequest } from '../../shared/ports/messaging.ts'
import type { ManifestArchive } from '../../shared/ports/platform.ts'
import type { Store } from '../../shared/ports/store.ts'
import { executeSweep } from '../../shared/sweep/execute/execute-sweep.ts'
import { manualRunAnnotation } from '../../shared/sweep/plan/due-run.ts'
import { planPolicies } from '../../shared/sweep/plan/plan-policies.ts'
import { ClusterLists } from '../../shared/sweep/world/cluster-lists.ts'
import { syncRepository } from '../../shared/sync/sync-repository.ts'
import { accessKey } from '../support/access-key.ts'
import { createMemoryCluster } from '../support/memory-cluster.ts'
import { createMemoryArchive, createMemoryLayers, createSwitch } from '../support/memory-platform.ts'
import { syncContext } from '../support/records.ts'
import { rulebookWith } from '../support/rulebook.ts'
import { noEvents } from '../support/webhook-fixture.ts'

const slowRegistry = join(import.meta.dirname, 'slow-registry.ts')
const dynamodb = join(import.meta.dirname, '../cli/embedded/aws/dynamodb-process.ts')
const latencyMs = 50
const path = 'bench/app'
const kept = 50

/** Deletes images from a registry that takes its time: as sweeps do it, and with one request after the other. */
export async function benchDeletions(): Promise<string[]> {
  const many = await measure(600)
  const single = await measure(40, 1)
  return [
    `marks: ${each(many.planning, many)} calls of the table an image`,
    `deletions at ${latencyMs} ms registry latency: ${many.deleted} images in ${seconds(many.ms)} s, ${perSecond(many)} images a second, ${many.requests} requests, ${each(many.sweeping, many)} calls of the table and ${each(many.archiving, many)} of the archive an image`,
    `the same with one request after the other: ${single.deleted} images in ${seconds(single.ms)} s, ${perSecond(single)} images a second; ratio ${(rate(many) / rate(single)).toFixed(1)}`,
  ]
}

interface Measured {
  readonly deleted: number
  readonly ms: number
  readonly requests: number
  /** Calls of the table and of the archive. */
  readonly planning: number
  readonly sweeping: number
  readonly archiving: number
}

const rate = ({ deleted, ms }: Measured): number => (deleted * 1000) / ms
const perSecond = (measured: Measured): string => rate(measured).toFixed(1)
const each = (calls: number, { deleted }: Measured): string => (calls / deleted).toFixed(2)
const seconds = (ms: number): string => (ms / 1000).toFixed(1)

async function measure(toDelete: number, maxConcurrentRequests?: number): Promise<Measured> {
  const dataDir = mkdtempSync(join(tmpdir(), 'shelflife-bench-'))
  const registry = await startPart(slowRegistry, join(dataDir, 'registry'), String(latencyMs))
  const table = await startPart(dynamodb, join(dataDir, 'dynamodb'))
  try {
    const tags = Array.from({ length: toDelete + kept }, (_, at) => `1.0.${at}`)
    await pMap(tags, tag => pushImage(registry.url, { repository: path, tag }), { concurrency: 8 })
    const address = { endpoint: registry.url, host: new URL(registry.url).host, configured: true }
    const calls = { table: 0, archive: 0 }
    const store = await storeOn(table.url, () => calls.table++)
    const { plan, sweep } = await deleteAll({ ...address, maxConcurrentRequests }, store, () => calls.archive++)
    calls.table = 0
    await plan()
    const planning = calls.table
    calls.table = 0
    await fetch(`${registry.url}/slow`)
    const startedAt = performance.now()
    const { deleted, message } = await sweep()
    const ms = performance.now() - startedAt
    if (deleted !== toDelete) throw new Error(`expected ${toDelete} deletions, got ${deleted}: ${message}`)
    const requests = Number(await (await fetch(`${registry.url}/count`)).text())
    return { deleted, ms, requests, planning, sweeping: calls.table, archiving: calls.archive }
  } finally {
    await Promise.all([registry.stop(), table.stop()])
    rmSync(dataDir, { recursive: true, force: true })
  }
}

/** The registry and the table run in processes of their own, as they do elsewhere: what is measured is the sweep. */
async function startPart(script: string, ...args: string[]) {
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [url] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  const stop = async () => {
    const ended = once(child, 'exit')
    child.kill()
    await ended
  }
  return { url, stop }
}

async function storeOn(endpoint: string, onCall: () => void): Promise<Store> {
  const client = new DynamoDBClient({ endpoint, region: 'eu-central-1', credentials: accessKey })
  await ensureTable(client, tableDefinition('shelflife'))
  client.middlewareStack.add(
    next => args => {
      onCall()
      return next(args)
    },
    { step: 'initialize' },
  )
  return createDynamoStore(client, 'shelflife')
}

type Address = Parameters<typeof createOciWriter>[0]

/** Syncs. Answers the plan that marks everything but the newest and lets the grace pass, and the sweep that deletes it. */
async function deleteAll(address: Address, store: Store, onArchive: () => void) {
  const cluster = createMemoryCluster('bench')
  cluster.put('RegistrySecret', 'registry', { domain: address.host })
  cluster.put('Repository', 'whole', { repository: path, registryRef: { name: 'registry' } })
  const limits = { maxDeletionPercent: 100, maxDeletionsPerRun: 10_000 }
  const policy = { keepRecent: kept, gracePeriod: '1m', targets: ['RegistryArtifact'], ...limits }
  cluster.put('ImageCleanupPolicy', 'cleanup', policy, { annotations: { [manualRunAnnotation]: '1' } })
  let aheadMs = 0
  const now = () => new Date(Date.now() + aheadMs)
  const canonicalHost = (host: string) => host
  const killSwitch = createSwitch()
  const rulebook = rulebookWith()
  const shared = { store, killSwitch, rulebook, now }
  const requests: SweepRequest[] = []
  const plan = async () => {
    aheadMs += 120_000
    await takeInventory(cluster, {
      store,
      events: noEvents,
      canonicalHost,
      canonicalPath: (_: string, path: string) => path,
      isConfigured: () => true,
      now,
    })
    const sweepQueue = { sendSweepRequests: async (sent: readonly SweepRequest[]) => void requests.push(...sent) }
    await planPolicies(
      new ClusterLists([cluster], rulebook, []),
      { store, killSwitch, now, sweepQueue, events: noEvents },
      silent,
    )
  }
  const repository = `${address.host}/${path}`
  const context = syncContext(repository, now())
  await syncRepository(context, path, { store, reader: createOciReader(address) })
  await store.saveSync(syncedNow(repository, now()), undefined)
  const writerFor = async () => createOciWriter(address)
  const archive = countedArchive(onArchive)
  const sweep = () => {
    const [request] = requests
    if (!request) throw new Error('expected the planner to ask for a sweep')
    return executeSweep(request, {
      ...shared,
      events: noEvents,
      clusters: [cluster],
      awsWorkloads: [],
      writerFor,
      archive,
      layers: createMemoryLayers(now),
    })
  }
  const planTwice = async () => {
    await plan()
    await plan()
  }
  return { plan: planTwice, sweep }
}

function countedArchive(onCall: () => void): ManifestArchive {
  const archive = createMemoryArchive()
  return {
    putManifest: entry => {
      onCall()
      return archive.putManifest(entry)
    },
    findManifest: (...image) => {
      onCall()
      return archive.findManifest(...image)
    },
  }
}

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined }

const syncedNow = (repository: string, at: Date) => ({
  repository,
  credential: 'anonymous',
  failureCount: 0,
  lastSucceededAt: at,
  lastOutcome: {
    attempt: 'first',
    trigger: 'Initial' as const,
    startedAt: at,
    finishedAt: at,
    succeeded: true,
    reason: 'SyncSucceeded',
    message: 'synced',
  },
})
