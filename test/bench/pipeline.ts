import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { KubeConfig, KubernetesObjectApi, Watch } from '@kubernetes/client-node'
import type { Endpoints } from '../../cli/embedded/host.ts'
import { pushImage } from '../../cli/embedded/registry/push-image.ts'
import { residentMib } from './resident.ts'

const main = join(import.meta.dirname, '..', '..', 'cli', 'shelflife.ts')
const startDeadlineMs = 30_000
const statusDeadlineMs = 10_000
/** Pushes stop here, however many were measured. */
const pushBudgetMs = 90_000
const pushes = 200
const group = 'image.theriseunion.io/v1alpha1'
const tracked = { repository: 'bench/app', tag: 'latest' }

/** Starts the installation as users do and measures it: time to ready, memory, and the time from a push to its status. */
export async function benchPipeline(): Promise<string[]> {
  const dataDir = mkdtempSync(join(tmpdir(), 'shelflife-bench-'))
  const startedAt = performance.now()
  const child = spawn(process.execPath, [main, 'start', '--data', dataDir, '--port', '0'])
  child.stderr.pipe(process.stderr)
  try {
    await waitForReady(child)
    const readyMs = performance.now() - startedAt
    const rssMib = residentMib(child)
    const times = await measurePushes(dataDir)
    return [
      `start to ready, with demo: ${Math.round(readyMs)} ms; memory then: ${Math.round(rssMib)} MiB`,
      `push to status: p50 ${percentile(times, 50)} ms, p99 ${percentile(times, 99)} ms, over ${times.length} pushes, one after the other`,
    ]
  } finally {
    const ended = child.exitCode === null ? once(child, 'exit') : undefined
    child.kill('SIGTERM')
    await ended
    rmSync(dataDir, { recursive: true, force: true })
  }
}

/** Waits until the program says that it runs. */
export async function waitForReady(child: ChildProcess): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const fail = (why: string) => () => reject(new Error(`expected the installation to start, ${why}`))
  const timer = setTimeout(fail(`it was not ready after ${startDeadlineMs} ms`), startDeadlineMs)
  child.once('exit', fail('it ended'))
  child.stdout?.on('data', (chunk: Buffer) => {
    if (chunk.includes('shelflife is running')) resolve()
  })
  await promise.finally(() => clearTimeout(timer))
}

async function measurePushes(dataDir: string): Promise<number[]> {
  const { registry } = JSON.parse(readFileSync(join(dataDir, 'endpoints.json'), 'utf8')) as Endpoints
  const config = new KubeConfig()
  config.loadFromFile(join(dataDir, 'kubeconfig'))
  await pushImage(registry, { ...tracked, seed: 'first' })
  await KubernetesObjectApi.makeApiClient(config).create(repositoryObject)
  const statuses = await watchDigest(config)
  try {
    await statuses.waitFor(() => true)
    const times: number[] = []
    const endAt = performance.now() + pushBudgetMs
    for (let at = 0; at < pushes && performance.now() < endAt; at++) {
      const { digest } = await pushImage(registry, { ...tracked, seed: `push ${at}` })
      const pushedAt = performance.now()
      await statuses.waitFor(seen => seen === digest)
      times.push(performance.now() - pushedAt)
    }
    return times
  } finally {
    statuses.stop()
  }
}

const repositoryObject = {
  apiVersion: group,
  kind: 'Repository',
  metadata: { name: 'bench', namespace: 'production' },
  spec: { ...tracked, registryRef: { name: 'harbor-prod' }, syncInterval: '24h' },
}

/** Follows `status.digest` of the object as a client of the API sees it. */
async function watchDigest(config: KubeConfig) {
  let digest: string | undefined
  let look = () => {}
  const path = `/apis/${group}/namespaces/production/repositories`
  const note = (_phase: string, object: { metadata: { name: string }; status?: { digest?: string } }) => {
    if (object.metadata.name !== repositoryObject.metadata.name) return
    digest = object.status?.digest
    look()
  }
  const controller = await new Watch(config).watch(path, {}, note, () => {})
  const waitFor = async (wanted: (digest: string) => boolean) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const late = () =>
      reject(new Error(`expected the status of a push within ${statusDeadlineMs} ms, it shows ${digest}`))
    const timer = setTimeout(late, statusDeadlineMs)
    look = () => {
      if (digest !== undefined && wanted(digest)) resolve()
    }
    look()
    await promise.finally(() => clearTimeout(timer))
  }
  return { waitFor, stop: () => controller.abort() }
}

/** Nearest rank, in whole milliseconds. */
function percentile(times: readonly number[], share: number): number {
  const sorted = times.toSorted((a, b) => a - b)
  return Math.round(sorted[Math.ceil((share / 100) * sorted.length) - 1] ?? Number.NaN)
}
