import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { KubeConfig, type KubernetesObject, KubernetesObjectApi } from '@kubernetes/client-node'
import pMap from 'p-map'
import type { Endpoints } from '../../cli/embedded/host.ts'
import { pushImage } from '../../cli/embedded/registry/push-image.ts'
import { waitUntil } from '../real/parts/wait-until.ts'
import { deleteAll } from '../support/rulebook.ts'
import { waitForReady } from './pipeline.ts'
import { residentMib } from './resident.ts'

const launcher = join(import.meta.dirname, '..', '..', 'cli', 'shelflife.js')
const deadlineMs = 600_000
const tags = 2000
const kept = 400
const repository = 'bench/app'
const namespace = 'production'
const apiVersion = 'image.theriseunion.io/v1alpha1'

/** Memory of the one process of `npm start`, all parts embedded: idle, with 2,000 tags synced, with 1,600 images swept. */
export async function benchMemory(): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'shelflife-bench-'))
  const grants = join(folder, 'grants.json')
  writeFileSync(grants, JSON.stringify(deleteAll))
  const dataDir = join(folder, 'data')
  const flags = ['--data', dataDir, '--port', '0', '--no-demo', '--grants', grants, '--min-grace', '1s']
  const child = spawn(process.execPath, [launcher, 'start', ...flags])
  child.stderr.pipe(process.stderr)
  try {
    await waitForReady(child)
    return [`memory of one process: ${(await measureStages(child, dataDir)).join(', ')}`]
  } finally {
    const ended = child.exitCode === null ? once(child, 'exit') : undefined
    child.kill('SIGTERM')
    await ended
    rmSync(folder, { recursive: true, force: true })
  }
}

async function measureStages(child: ChildProcess, dataDir: string): Promise<string[]> {
  const memory = (when: string) => `${Math.round(residentMib(child))} MiB ${when}`
  const stages = [memory('after the start')]
  const { registry } = JSON.parse(readFileSync(join(dataDir, 'endpoints.json'), 'utf8')) as Endpoints
  const config = new KubeConfig()
  config.loadFromFile(join(dataDir, 'kubeconfig'))
  const client = KubernetesObjectApi.makeApiClient(config)
  await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
  const objects = objectsOf(client)
  const names = Array.from({ length: tags }, (_, at) => `1.0.${at}`)
  await pMap(names, tag => pushImage(registry, { repository, tag }), { concurrency: 8 })
  stages.push(memory(`after ${tags} pushes`))
  await objects.create('RegistrySecret', 'registry', { domain: 'harbor.example.com', provider: 'other' })
  await objects.create('Repository', 'whole', { repository, registryRef: { name: 'registry' }, syncInterval: '24h' })
  await objects.waitFor('Repository', 'whole', ({ syncStatus }) => syncStatus === 'Success')
  stages.push(memory(`after the sync of ${tags} tags`))
  // The grace period protects what is younger.
  const syncedAt = Date.now()
  await waitUntil(() => Date.now() - syncedAt > 2_000, { what: 'the images to be older than the grace period' })
  const limits = { gracePeriod: '1s', maxDeletionPercent: 100, maxDeletionsPerRun: tags }
  const annotations = { 'theriseunion.io/manual-run': 'first' }
  const policy = { keepRecent: kept, targets: ['RegistryArtifact'], ...limits }
  await objects.create('ImageCleanupPolicy', 'cleanup', policy, annotations)
  await objects.waitFor('ImageCleanupPolicy', 'cleanup', ({ lastRun }) => lastRun?.deleted === tags - kept)
  return [...stages, memory(`after the sweep of ${tags - kept} images`)]
}

interface Status {
  readonly syncStatus?: string
  readonly lastRun?: { readonly deleted?: number }
}

const objectsOf = (client: KubernetesObjectApi) => ({
  create: (kind: string, name: string, spec: object, annotations = {}) =>
    client.create({ apiVersion, kind, metadata: { namespace, name, annotations }, spec } as Parameters<
      typeof client.create
    >[0]),
  waitFor: (kind: string, name: string, isThere: (status: Status) => boolean) => {
    const read = () =>
      client.read<KubernetesObject & { status?: Status }>({ apiVersion, kind, metadata: { namespace, name } })
    const ask = async () => isThere((await read()).status ?? {})
    return waitUntil(ask, { what: `${kind} ${name}`, deadlineMs, intervalMs: 500 })
  },
})
