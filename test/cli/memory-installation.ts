import { Writable } from 'node:stream'
import type { Installation } from '../../cli/connect/installation.ts'
import type { Streams } from '../../cli/io/streams.ts'
import { createMetricsStore } from '../../shared/adapters/store/metrics-store.ts'
import type { Cluster } from '../../shared/ports/cluster.ts'
import type { KillSwitchControl } from '../../shared/ports/platform.ts'
import { parseSettings } from '../../shared/settings.ts'
import type { Loopback } from '../support/loopback.ts'
import type { MemoryCluster } from '../support/memory-cluster.ts'
import type { SweepFixture } from '../support/sweep-fixture.ts'

/** Thrown where a command that only reads would write. */
export class WriteError extends Error {}

/** Lets reads through and throws on everything else. */
const readOnly = <T extends object>(target: T): T =>
  new Proxy(target, {
    get(_, name, receiver) {
      const found: unknown = Reflect.get(target, name, receiver)
      if (typeof found !== 'function' || /^(find|list|has|isPaused)/.test(String(name))) return found
      return () => {
        throw new WriteError(`expected reads alone, got ${String(name)}`)
      }
    },
  })

interface InstallationOptions {
  readonly clusters?: readonly MemoryCluster[]
  /** Names of accounts in the settings. */
  readonly awsWorkloads?: readonly string[]
  readonly mayWrite?: boolean
}

/** The installation that a sweep fixture is, as commands see it; `mayWrite` only for commands that do. */
export function installationOf(
  world: Loopback,
  sweep: SweepFixture,
  { clusters = [sweep.cluster], awsWorkloads = [], mayWrite = false }: InstallationOptions = {},
): Installation {
  const guarded = <T extends object>(target: T): T => (mayWrite ? target : readOnly(target))
  const connected: Cluster[] = clusters.map(guarded)
  return {
    settings: parseSettings({
      clusters: clusters.map(({ name }) => ({ name, kubeconfigSecret: name })),
      awsWorkloads: awsWorkloads.map(name => ({ name })),
      registries: [{ host: world.host, endpoint: `http://${world.host}` }],
    }),
    store: guarded(world.store),
    metrics: guarded(createMetricsStore(world.table.client, world.table.tableName)),
    secrets: {
      findSecret: async () => undefined,
      deleteSecret: async () => undefined,
      putSecret: async () => undefined,
    },
    archive: guarded(sweep.archive),
    layers: guarded(sweep.layers),
    killSwitch: sweep.killSwitch,
    killSwitchControl: controlOf(sweep),
    killSwitchParameter: '/shelflife/sweeps',
    rulebook: sweep.rulebook(),
    connectClusters: async () => connected,
    findWebhookUrl: async () => 'https://hooks.example.com',
    findDeadLetters: async () => Promise.reject(new Error('expected a command without queues')),
    keepWebhookSecrets: () => undefined,
    findActor: async () => 'person alice',
    findId: async () => '123456789012/eu-west-1/shelflife',
    close: () => undefined,
  }
}

const controlOf = ({ killSwitch }: SweepFixture): KillSwitchControl => ({
  getState: async () => ({ isPaused: killSwitch.on, value: killSwitch.on ? 'paused' : 'running' }),
  setPaused: async paused => {
    killSwitch.on = paused
  },
})

/** Streams that keep what is written: a terminal of so many columns, or a pipe. */
export function recordingStreams(columns?: number) {
  const written = { stdout: '', stderr: '' }
  const isTTY = columns !== undefined
  const stdout = new Writable({
    write: (chunk: Buffer, _, done) => {
      written.stdout += chunk.toString()
      done()
    },
  })
  const streams: Streams = {
    stdin: (async function* () {})(),
    stdout: Object.assign(stdout, { isTTY, columns: columns ?? 80 }),
    stderr: {
      isTTY,
      write: (text: string) => {
        written.stderr += text
      },
    },
    env: {},
  }
  return { streams, written }
}
