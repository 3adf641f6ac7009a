import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { getRequestListener } from '@hono/node-server'
import { InvalidInputError } from '../../../shared/errors.ts'
import { guarded } from '../loopback-guard.ts'
import { createApi, type Intercept } from './api.ts'
import { loadIdentity } from './certificates.ts'
import { coreResources } from './core-resources.ts'
import { loadCustomResources } from './custom-resources.ts'
import { runDeployments } from './deployments.ts'
import { writeKubeconfig } from './kubeconfig.ts'
import { ObjectApi } from './object-api.ts'
import { ObjectDeletion } from './object-deletion.ts'
import { ObjectStore } from './object-store.ts'
import { ObjectWriter } from './object-writer.ts'
import type { ResourceType } from './resource-type.ts'

export interface KubernetesOptions {
  /** 0 or none: any free port. */
  port?: number
  /** Holds the objects, the certificate authority and the token; a start with the same folder resumes. */
  dataDir: string
  kubeconfigPath: string
  /** Parsed CustomResourceDefinitions, or paths of their YAML files. */
  crds: readonly unknown[]
  /** Called before authentication and routing: lets a test answer in the server's place. */
  intercept?: Intercept
  /** How many changes a watch or a continue token can be old before it is answered 410; 10 000 where not given. */
  historySize?: number
}

export interface RunningKubernetes {
  url: string
  token: string
  kubeconfigPath: string
  /** Ends open watches too. The data stays. */
  close(): Promise<void>
}

/**
 * Starts the embedded Kubernetes API on 127.0.0.1 and writes a kubeconfig for it.
 *
 * @throws InvalidInputError where the port is taken, a CRD is none, or the data folder is damaged
 */
export async function startKubernetes(options: KubernetesOptions): Promise<RunningKubernetes> {
  const { dataDir, kubeconfigPath } = options
  await mkdir(dataDir, { recursive: true })
  const [customResources, identity, token] = await Promise.all([
    loadCustomResources(options.crds),
    loadIdentity(join(dataDir, 'identity.json')),
    loadToken(join(dataDir, 'token')),
  ])
  const types = [...coreResources, ...customResources]
  const store = new ObjectStore(join(dataDir, 'objects.jsonl'), options.historySize ?? 10_000)
  const writer = new ObjectWriter(store, typeNamed(types, 'namespaces'))
  const deletion = new ObjectDeletion(store, types)
  const objects = new ObjectApi({ types, store, writer, deletion })
  createSystemNamespaces(store, writer, typeNamed(types, 'namespaces'))
  runDeployments({
    store,
    writer,
    deployments: typeNamed(types, 'deployments'),
    replicaSets: typeNamed(types, 'replicasets'),
  })
  const app = createApi({ token, types, objects, intercept: options.intercept })
  const server = createServer({ cert: identity.certificate, key: identity.key }, guarded(getRequestListener(app.fetch)))
  const port = await listen(server, options.port ?? 0)
  const url = `https://127.0.0.1:${port}`
  await writeKubeconfig(kubeconfigPath, { url, authority: identity.authority, token })
  return { url, token, kubeconfigPath, close: () => close(server, store) }
}

async function loadToken(path: string): Promise<string> {
  if (existsSync(path)) return readFile(path, 'utf8')
  const token = randomBytes(24).toString('base64url')
  await writeFile(`${path}.next`, token, { mode: 0o600 })
  await rename(`${path}.next`, path)
  return token
}

function typeNamed(types: readonly ResourceType[], plural: string): ResourceType {
  const type = types.find(candidate => candidate.plural === plural)
  if (!type) throw new InvalidInputError(`expected a resource named ${plural} among the served kinds`)
  return type
}

function createSystemNamespaces(store: ObjectStore, writer: ObjectWriter, type: ResourceType): void {
  const options = { manager: 'kube-apiserver', dryRun: false, force: false, fieldValidation: 'Ignore' }
  for (const name of ['default', 'kube-node-lease', 'kube-public', 'kube-system']) {
    if (store.find(type, undefined, name)) continue
    const target = { type, namespace: undefined, name: undefined, subresource: '' }
    writer.create(target, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, options)
  }
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', cause => {
      reject(
        new InvalidInputError(
          `expected port ${port} of 127.0.0.1 to be free; stop what listens there or choose another`,
          { cause },
        ),
      )
    })
    server.listen(port, '127.0.0.1', () => resolve(portOf(server.address())))
  })
}

function portOf(address: AddressInfo | string | null): number {
  return typeof address === 'object' && address !== null ? address.port : 0
}

function close(server: Server, store: ObjectStore): Promise<void> {
  store.close()
  return new Promise(resolve => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
