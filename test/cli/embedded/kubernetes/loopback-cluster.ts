import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { KubeConfig } from '@kubernetes/client-node'
import {
  isObject,
  type JsonObject,
  type JsonValue,
  valueAt,
} from '../../../../cli/embedded/kubernetes/kubernetes-object.ts'
import {
  type KubernetesOptions,
  type RunningKubernetes,
  startKubernetes,
} from '../../../../cli/embedded/kubernetes/start-kubernetes.ts'

const crdFolder = join(import.meta.dirname, '../../../../infra/cluster/crds')

export interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  text: string
  body: JsonObject
}

export interface CallOptions {
  method?: string
  body?: JsonValue | Buffer
  type?: string
  accept?: string
  token?: string
}

/** A running embedded API in a folder of its own, and a plain HTTPS client that trusts it. */
export class LoopbackCluster {
  readonly folder: string
  running: RunningKubernetes

  private constructor(folder: string, running: RunningKubernetes) {
    this.folder = folder
    this.running = running
  }

  static async start(options: Partial<KubernetesOptions> = {}): Promise<LoopbackCluster> {
    const folder = await mkdtemp(join(tmpdir(), 'kubernetes-'))
    return new LoopbackCluster(folder, await startIn(folder, options))
  }

  async restart(options: Partial<KubernetesOptions> = {}): Promise<void> {
    await this.running.close()
    this.running = await startIn(this.folder, options)
  }

  async stop(): Promise<void> {
    await this.running.close()
    await rm(this.folder, { recursive: true, force: true })
  }

  kubeConfig(): KubeConfig {
    return kubeConfigAt(this.running.kubeconfigPath)
  }

  call(path: string, options: CallOptions = {}): Promise<Answer> {
    return call(this.running, path, options)
  }
}

function kubeConfigAt(path: string): KubeConfig {
  const config = new KubeConfig()
  config.loadFromFile(path)
  return config
}

/** One HTTPS request with the token and the authority of the kubeconfig. */
function call(server: { kubeconfigPath: string }, path: string, options: CallOptions): Promise<Answer> {
  const { method = 'GET', body, type = 'application/json', accept = 'application/json' } = options
  const config = kubeConfigAt(server.kubeconfigPath)
  const cluster = config.getCurrentCluster()
  const text = typeof body === 'string' || body === undefined || Buffer.isBuffer(body) ? body : JSON.stringify(body)
  const headers = {
    authorization: `Bearer ${options.token ?? config.getCurrentUser()?.token}`,
    accept,
    ...(text !== undefined && { 'content-type': type, 'content-length': Buffer.byteLength(text) }),
    'user-agent': 'suite/1.0',
  }
  const ca = Buffer.from(cluster?.caData ?? '', 'base64')
  return new Promise((resolve, reject) => {
    const sent = request(`${cluster?.server}${path}`, { method, headers, ca }, response => {
      let received = ''
      response.on('data', chunk => {
        received += chunk
      })
      response.on('error', reject)
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text: received, body: parsed(received) })
      })
    })
    sent.on('error', reject)
    sent.end(text)
  })
}

export interface SpawnedServer {
  process: ChildProcess
  call(path: string, options?: CallOptions): Promise<Answer>
}

/** The same server in a process of its own, to be killed. */
export async function spawnServer(folder: string): Promise<SpawnedServer> {
  const module = join(import.meta.dirname, '../../../../cli/embedded/kubernetes/start-kubernetes.ts')
  const kubeconfigPath = join(folder, 'kubeconfig')
  const options = { dataDir: join(folder, 'data'), kubeconfigPath, crds: await crdPaths() }
  const script = `const { startKubernetes } = await import(${JSON.stringify(module)}); await startKubernetes(${JSON.stringify(options)}); console.log('ready')`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  return { process: child, call: (path, callOptions = {}) => call({ kubeconfigPath }, path, callOptions) }
}

async function crdPaths(): Promise<string[]> {
  const files = await readdir(crdFolder)
  return files.map(file => join(crdFolder, file))
}

async function startIn(folder: string, options: Partial<KubernetesOptions>): Promise<RunningKubernetes> {
  const crds = await crdPaths()
  return startKubernetes({
    dataDir: join(folder, 'data'),
    kubeconfigPath: join(folder, 'kubeconfig'),
    crds,
    ...options,
  })
}

function parsed(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : {}
  } catch {
    return {}
  }
}

export const group = '/apis/image.theriseunion.io/v1alpha1'
export const repositories = `${group}/namespaces/default/repositories`
export const mergePatch = 'application/merge-patch+json'
export const applyPatch = 'application/apply-patch+yaml'

export function repository(name: string, spec: JsonObject = {}): JsonObject {
  return {
    apiVersion: 'image.theriseunion.io/v1alpha1',
    kind: 'Repository',
    metadata: { name },
    spec: { repository: 'myapp/myapp', tag: 'v1.0.0', registryRef: { name: 'harbor-prod' }, ...spec },
  }
}

export function deployment(name: string, image: string, replicas = 2): JsonObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'app', image }] } },
    },
  }
}

/** The value at a dotted path; list items by number. */
export function at(value: JsonValue | undefined, path: string): JsonValue | undefined {
  return path.split('.').reduce<JsonValue | undefined>((part, field) => {
    return Array.isArray(part) ? part[Number(field)] : valueAt(part, [field])
  }, value)
}
