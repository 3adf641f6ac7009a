import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SettingsInput } from '../../../shared/settings.ts'
import { environmentNames, type FunctionName, functions } from '../../../shared/wiring.ts'
import { buildBundle } from '../pipeline-bundles.ts'
import type { Scene } from './api-servers.ts'
import type { Invoke, Invoked } from './function-process.ts'
import type { Latency, PartsCommand } from './parts-process.ts'
import { Process } from './process.ts'
import type { Sent } from './services.ts'
import { clusterAt, registryHost, secretIds, type World } from './world.ts'

const script = (name: string): string => join(import.meta.dirname, name)

/** What one invocation took, and what it asked for. */
export interface Measured extends Invoked {
  readonly counts: Readonly<Record<string, number>>
  readonly sent: Sent
  readonly logBytes: number
  /** Of the table with its indexes, afterwards. */
  readonly storedBytes: number
  /** The most memory that its process ever held, in MiB. */
  readonly peakMb: number
}

/**
 * An installation of real functions, each the bundle that is deployed in a process of its own, around one process that
 * answers them: table, queues, bus, secrets, API servers and registry.
 */
export class Installation {
  readonly #parts: Process<PartsCommand>
  readonly url: string
  readonly #folder: string
  readonly #functions = new Map<string, Process<Invoke>>()
  #world: World

  private constructor(parts: Process<PartsCommand>, port: unknown, world: World) {
    this.#parts = parts
    this.url = `http://127.0.0.1:${port}`
    this.#folder = mkdtempSync(join(tmpdir(), 'shelflife-bench-'))
    this.#world = world
  }

  static async start(scene: Scene): Promise<Installation> {
    const [parts, port] = await Process.start<PartsCommand>(script('parts-process.ts'), {
      nodeArgs: ['--max-old-space-size=12000'],
    })
    const started = new Installation(parts, port, scene.world)
    await started.play(scene)
    return started
  }

  /** From now on the world is so. Functions that run already keep their settings. */
  async play(scene: Scene): Promise<void> {
    this.#world = scene.world
    await this.#parts.tell({ do: 'play', scene })
  }

  slow = (latencyMs: Latency) => this.#parts.tell({ do: 'slow', latencyMs })
  push = (path: string, tag: string, image: number) => this.#parts.tell({ do: 'push', path, tag, image })
  /** From now on all repositories that were not written are as the first is now. */
  retell = () => this.#parts.tell({ do: 'retell' })
  fillLarge = () => this.#parts.tell({ do: 'fillLarge' })
  /** Of the first repository; see `fill-gone.ts`. */
  fillGone = (count: number, isPutAway: boolean) => this.#parts.tell({ do: 'fillGone', count, isPutAway })

  /**
   * Runs a function once; its process, which is started when it is not there yet, goes on living. `aheadMs` is what its
   * clock is ahead by, and `at` which of its processes runs it.
   * @throws where the process ended, as for want of memory
   */
  async invoke(name: FunctionName, event: unknown, aheadMs = 0, at = 0): Promise<Measured> {
    const found = this.#functions.get(streamOf(name, at)) ?? (await this.#startFunction(name, at))
    await this.#parts.tell({ do: 'take' })
    found.logBytes = 0
    const invoked = (await found.tell({ event, aheadMs })) as Invoked
    const taken = (await this.#parts.tell({ do: 'take' })) as Pick<Measured, 'counts' | 'sent' | 'storedBytes'>
    return { ...invoked, ...taken, logBytes: found.logBytes, peakMb: found.peakMb }
  }

  /** As {@link invoke}, where a failure of the handler is one of the bench. */
  async run(name: FunctionName, event: unknown, aheadMs = 0, at = 0): Promise<Measured> {
    const measured = await this.invoke(name, event, aheadMs, at)
    if (measured.error === undefined) return measured
    throw new Error(`${name}: ${measured.error}: ${this.#functions.get(streamOf(name, at))?.lastLog}`)
  }

  /** What the process of a function has held at most, also of one that ended. */
  peakMb = (name: FunctionName): number => this.#functions.get(streamOf(name, 0))?.peakMb ?? 0
  lastLog = (name: FunctionName): string => this.#functions.get(streamOf(name, 0))?.lastLog ?? ''

  /** Ends the process of a function, as Lambda does after a while: the next one has seen nothing. */
  async restart(name: FunctionName, at = 0): Promise<void> {
    await this.#functions.get(streamOf(name, at))?.stop()
    this.#functions.delete(streamOf(name, at))
  }

  /** The same of every process, whose settings are read anew. */
  async restartAll(): Promise<void> {
    await Promise.all([...this.#functions.values()].map(one => one.stop()))
    this.#functions.clear()
  }

  async close(): Promise<void> {
    await Promise.all([this.#parts, ...this.#functions.values()].map(one => one.stop()))
    rmSync(this.#folder, { recursive: true, force: true })
  }

  async #startFunction(name: FunctionName, at: number): Promise<Process<Invoke>> {
    const { file } = await buildBundle(this.#folder, name)
    const settings = join(this.#folder, 'settings.json')
    writeFileSync(settings, JSON.stringify(settingsOf(this.#world, this.url)))
    // Of the memory of a function Lambda gives its heap nine tenths.
    const heapMb = Math.floor(functions[name].memoryMb * 0.9)
    const [started] = await Process.start<Invoke>(script('function-process.ts'), {
      args: [name, file],
      nodeArgs: [`--max-old-space-size=${heapMb}`],
      env: { ...environmentOf(this.url, settings), AWS_LAMBDA_LOG_STREAM_NAME: streamOf(name, at) },
    })
    this.#functions.set(streamOf(name, at), started)
    return started
  }
}

/** Names a process, as its log stream does on Lambda. */
const streamOf = (name: FunctionName, at: number): string => `${name} ${at}`

const settingsOf = (world: World, url: string): SettingsInput => ({
  clusters: Array.from({ length: world.clusters }, (_, place) => ({
    name: clusterAt(place),
    kubeconfigSecret: `kubeconfig/${clusterAt(place)}`,
  })),
  registries: [
    {
      host: registryHost,
      endpoint: url,
      deleteSecret: secretIds.delete,
      grants: [{ clusters: ['*'], namespaces: ['*'], repositories: ['{namespace}/**'], may: ['read', 'delete'] }],
    },
  ],
  webhooks: [{ provider: 'distribution', registry: registryHost, secret: secretIds.webhook }],
})

function environmentOf(url: string, settings: string): Record<string, string> {
  const services = ['DYNAMODB', 'SQS', 'EVENTBRIDGE', 'SECRETS_MANAGER', 'KMS', 'SSM', 'S3']
  return {
    ...Object.fromEntries(services.map(service => [`AWS_ENDPOINT_URL_${service}`, url])),
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'bench',
    AWS_SECRET_ACCESS_KEY: 'bench',
    [environmentNames.settingsFile]: settings,
    [environmentNames.table]: 'shelflife',
    [environmentNames.bus]: 'image-lifecycle',
    [environmentNames.hintsQueue]: `${url}/000000000000/hints.fifo`,
    [environmentNames.reconcileQueue]: `${url}/000000000000/reconcile.fifo`,
    [environmentNames.syncQueue]: `${url}/000000000000/sync.fifo`,
    [environmentNames.sweepQueue]: `${url}/000000000000/sweep.fifo`,
    [environmentNames.archive]: 'archive',
    [environmentNames.installation]: '000000000000/us-east-1/shelflife',
    [environmentNames.killSwitch]: '/shelflife/sweeps',
    [environmentNames.sealingKey]: 'alias/sealing',
  }
}

/** What Lambda hands a function of one message of a FIFO queue. */
export const queueEvent = (queue: string, ...bodies: readonly string[]) => ({
  Records: bodies.map((body, at) => ({
    messageId: `message-${at}`,
    receiptHandle: `receipt-${at}`,
    body,
    attributes: { ApproximateReceiveCount: '1', MessageGroupId: `group-${at}` },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: `arn:aws:sqs:us-east-1:000000000000:${queue}`,
    awsRegion: 'us-east-1',
  })),
})
