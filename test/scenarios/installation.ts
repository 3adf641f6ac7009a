import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ApiException, KubeConfig, KubernetesObjectApi } from '@kubernetes/client-node'
import type { Endpoints } from '../../cli/embedded/host.ts'
import { ownerLease } from '../../shared/adapters/cluster/owner.ts'
import { type Background, freshFolder, removeFolder, startBackground } from '../real/parts/background.ts'
import { deleteAll, shortGrace } from '../support/rulebook.ts'
import type { World } from './world.ts'

export interface InstallationOptions {
  /** Further flags of `shelflife start`. */
  readonly flags?: readonly string[]
  /** As objects spell the registry; default: the name of the loopback registry. */
  readonly registryHost?: string
  /** For the scenario itself; default: the embedded cluster's own. */
  readonly adminKubeconfigPath?: string
  /** Known before the start where a registry must be told of it. */
  readonly webhookSecret?: string
  /** Variables beside those of this process. */
  readonly env?: Readonly<Record<string, string>>
}

export interface Installation {
  readonly world: World
  /** As `--data` names it. */
  readonly dataDir: string
  readonly logFile: string
  /** Kills it as a power cut would. */
  kill(): Promise<void>
  /** Starts it again on the same data; `world` is another afterwards. */
  restart(): Promise<void>
  /** Kills it for good and removes its data. */
  remove(): Promise<void>
}

const program = new URL('../../cli/shelflife.ts', import.meta.url).pathname

/** Starts `shelflife start` as a process of its own, on data of its own, with schedules a minute of which is a second. */
export async function startInstallation(options: InstallationOptions = {}): Promise<Installation> {
  const folder = freshFolder('installation')
  const dataDir = join(folder, 'data')
  mkdirSync(dataDir, { mode: 0o700 })
  if (options.webhookSecret) writeFileSync(join(dataDir, 'webhook-secret'), options.webhookSecret, { mode: 0o600 })
  const grantsFile = join(folder, 'grants.json')
  writeFileSync(grantsFile, JSON.stringify(deleteAll))
  let running: Background
  let world: World
  const start = async () => {
    const endpointsFile = join(dataDir, 'endpoints.json')
    rmSync(endpointsFile, { force: true })
    const rules = ['--grants', grantsFile, '--min-grace', shortGrace.minGracePeriod]
    const flags = ['--data', dataDir, '--port', '0', '--speed', '60', '--no-demo', ...rules, ...(options.flags ?? [])]
    running = await startBackground({
      command: process.execPath,
      args: [program, 'start', ...flags],
      folder,
      env: { ...process.env, ...options.env },
      isReady: async () => readFileSync(endpointsFile),
    })
    world = worldOf(options, dataDir, JSON.parse(readFileSync(endpointsFile, 'utf8')))
  }
  if (options.adminKubeconfigPath !== undefined) await takeOver(options.adminKubeconfigPath)
  try {
    await start()
  } catch (error) {
    removeFolder(folder)
    throw error
  }
  return {
    get world() {
      return world
    },
    dataDir,
    logFile: join(folder, 'node.log'),
    kill: () => running.stop(),
    restart: start,
    remove: async () => {
      await running.stop()
      removeFolder(folder)
    },
  }
}

function worldOf(options: InstallationOptions, dataDir: string, endpoints: Endpoints): World {
  const kubeconfigPath = options.adminKubeconfigPath ?? join(dataDir, 'kubeconfig')
  const config = new KubeConfig()
  config.loadFromFile(kubeconfigPath)
  return {
    registryUrl: endpoints.registry,
    registryHost: options.registryHost ?? 'harbor.example.com',
    kubeconfigPath,
    webhookUrl: endpoints.webhook,
    webhookSecret: readFileSync(join(dataDir, 'webhook-secret'), 'utf8').trim(),
    client: KubernetesObjectApi.makeApiClient(config),
  }
}

/** As a person does, where the installation is gone that worked in a cluster before. */
async function takeOver(kubeconfigPath: string): Promise<void> {
  const config = new KubeConfig()
  config.loadFromFile(kubeconfigPath)
  const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { ...ownerLease } }
  await KubernetesObjectApi.makeApiClient(config)
    .delete(lease)
    .catch(error => {
      if (!(error instanceof ApiException && error.code === 404)) throw error
    })
}
