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
} from '../../../../cli/local/kubernetes/kubernetes-object.ts'
import {
  type KubernetesOptions,
  type RunningKubernetes,
  startKubernetes,
} from '../../../../cli/local/kubernetes/start-kubernetes.ts'

const crdFolder = join(import.meta.dirname, '../../../../infra/cluster/crds')

export interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  text: string
  body: JsonObject
}

export interface CallOptions {
  method?: string
  body?: JsonValue | string
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
    const config = new KubeConfig()
    config.loadFromFile(this.running.kubeconfigPath)
    return config
  }

  call(path: string, options: CallOptions = {}): Promise<Answer> {
    const { method = 'GET', body, type = 'application/json', accept = 'application/json' } = options
    const text = typeof body === 'string' || body === undefined ? body : JSON.stringify(body)
    const headers = {
      authorization: `Bearer ${options.token ?? this.running.token}`,
      accept,
      ...(text !== undefined && { 'content-type': type, 'content-length': Buffer.byteLength(text) }),
      'user-agent': 'suite/1.0',
    }
    const ca = this.kubeConfig().getCurrentCluster()?.caData ?? ''
    return new Promise((resolve, reject) => {
      const url = `${this.running.url}${path}`
      const sent = request(url, { method, headers, ca: Buffer.from(ca, 'base64') }, response => {
        let received = ''
        response.on('data', chunk => {
          received += chunk
        })
        response.on('error', reject)
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: received,
            body: parsed(received),
          }),
        )
      })
      sent.on('error', reject)
      sent.end(text)
    })
  }
}

async function startIn(folder: string, options: Partial<KubernetesOptions>): Promise<RunningKubernetes> {
  const files = await readdir(crdFolder)
  const crds = files.map(file => join(crdFolder, file))
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
