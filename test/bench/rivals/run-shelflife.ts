import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { KubeConfig, type KubernetesObject, KubernetesObjectApi } from '@kubernetes/client-node'
import { waitUntil } from '../../real/parts/wait-until.ts'
import { deleteAll } from '../../support/rulebook.ts'
import { waitForReady } from '../pipeline.ts'
import { namespace, policyObject, statusPlaces, trackingObjects, workloads } from './objects.ts'
import { forgetPeak, peakMib } from './peak-memory.ts'
import { processorSeconds, startedHere } from './processor-time.ts'
import { newest, type World } from './world.ts'

const launcher = join(import.meta.dirname, '..', '..', '..', 'cli', 'shelflife.js')
/** A sweep that needs longer is stopped there, and told as far as it came. */
const deadlineMs = 30 * 60_000
const speed = 20
/** Between two looks of the planner, which come once a minute at a speed of 1. */
export const scheduleMs = 60_000 / speed

/** Instants are those of `performance.now()`. */
export interface ShelflifeRun {
  readonly appliedAtMs: number
  readonly syncedAtMs: number
  readonly syncMemoryMib: number
  readonly policyAtMs: number
  /** Since when everything is marked and waits for its grace, and for the schedule that looks again. */
  readonly markedAtMs: number
  /** When the planner asked for the deletes. */
  readonly askedAtMs: number
  readonly doneAtMs: number
  readonly sweepMemoryMib: number
  readonly syncProcessor: ProcessorTime
  readonly sweepProcessor: ProcessorTime
  /** What the policy says of its run. */
  readonly message: string
}

/** Seconds of processor, of which others on the machine take nothing away. */
export interface ProcessorTime {
  readonly own: number
  readonly registry: number
}

/** Starts shelflife as a user does, lets it read the registry at `url`, and delete all but the newest versions. */
export async function runShelflife(url: string, world: World, folder: string): Promise<ShelflifeRun> {
  const dataDir = join(folder, 'data')
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const grants = join(folder, 'grants.json')
  writeFileSync(grants, JSON.stringify(deleteAll))
  const rules = ['--grants', grants, '--min-grace', '1s']
  const flags = ['--data', dataDir, '--port', '0', '--no-demo', '--registry', url, '--speed', String(speed), ...rules]
  const child = spawn(process.execPath, [launcher, 'start', ...flags], { stdio: ['ignore', 'pipe', 'inherit'] })
  const log = new Log(child)
  try {
    await waitForReady(child)
    return await measure(child, log, new URL(url).host, world, clientOf(dataDir))
  } finally {
    const ended = child.exitCode === null ? once(child, 'exit') : undefined
    child.kill('SIGTERM')
    await ended
  }
}

function clientOf(dataDir: string): KubernetesObjectApi {
  const config = new KubeConfig()
  config.loadFromFile(join(dataDir, 'kubeconfig'))
  return KubernetesObjectApi.makeApiClient(config)
}

async function measure(
  child: ChildProcess,
  log: Log,
  host: string,
  world: World,
  client: KubernetesObjectApi,
): Promise<ShelflifeRun> {
  const pid = child.pid as number
  const spent = (): ProcessorTime => ({
    own: processorSeconds(pid),
    registry: startedHere('registry3').reduce((sum, registry) => sum + processorSeconds(registry), 0),
  })
  const since = (before: ProcessorTime): ProcessorTime => {
    const { own, registry } = spent()
    return { own: own - before.own, registry: registry - before.registry }
  }
  const apply = async (objects: readonly object[]) => {
    for (const object of objects) await client.create(object as KubernetesObject)
    return performance.now()
  }
  await apply([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, ...workloads(host, world)])
  const beforeSync = spent()
  const appliedAtMs = await apply(trackingObjects(host))
  await statusOf(client, statusPlaces.repository, ({ syncStatus }) => syncStatus === 'Success')
  const syncedAtMs = performance.now()
  const syncProcessor = since(beforeSync)
  const syncMemoryMib = peakMib(pid)
  forgetPeak(pid)
  // The grace period protects what is younger.
  await waitUntil(() => performance.now() - syncedAtMs > 2_000, {
    what: 'the images to be older than the grace period',
  })
  const beforeSweep = spent()
  const policyAtMs = await apply([policyObject(newest, world.versions.length)])
  const run = await endedRun(client)
  const doneAtMs = performance.now()
  return {
    appliedAtMs,
    syncedAtMs,
    syncMemoryMib,
    policyAtMs,
    markedAtMs: log.firstAt('marked, deleted after'),
    askedAtMs: log.firstAt('the grace is over'),
    doneAtMs,
    sweepMemoryMib: peakMib(pid),
    syncProcessor,
    sweepProcessor: since(beforeSweep),
    message: run === undefined ? `stopped after ${deadlineMs / 60_000} min` : `${run.result}: ${run.message}`,
  }
}

async function endedRun(client: KubernetesObjectApi): Promise<Status['lastRun']> {
  const isEnded = ({ lastRun }: Status) => /^(Success|Failed|PartialFailure)$/.test(lastRun?.result ?? '')
  const status = await statusOf(client, statusPlaces.policy, isEnded).catch(() => undefined)
  return status?.lastRun
}

interface Status {
  readonly syncStatus?: string
  readonly lastRun?: { readonly result?: string; readonly message?: string }
}

async function statusOf(
  client: KubernetesObjectApi,
  place: typeof statusPlaces.repository,
  isThere: (status: Status) => boolean,
): Promise<Status> {
  const ask = async () => {
    const { status = {} } = await client.read<KubernetesObject & { status?: Status }>(place)
    return isThere(status) ? status : undefined
  }
  return waitUntil(ask, { what: `${place.kind} ${place.metadata.name}`, deadlineMs, intervalMs: 200 })
}

/** What the process says, line by line, with the instant at which it came. */
class Log {
  private readonly lines: { readonly atMs: number; readonly text: string }[] = []

  constructor(child: ChildProcessByStdio<null, Readable, null>) {
    createInterface({ input: child.stdout }).on('line', text => this.lines.push({ atMs: performance.now(), text }))
  }

  /** When the first line came that holds this; not a number where none did. */
  firstAt(part: string): number {
    return this.lines.find(({ text }) => text.includes(part))?.atMs ?? Number.NaN
  }
}
