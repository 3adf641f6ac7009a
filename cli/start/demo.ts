import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { type Connection, createConnection } from '../../shared/adapters/cluster/connection.ts'
import { collectionPath, namespacesPath } from '../../shared/adapters/cluster/paths.ts'
import { ConflictError } from '../../shared/errors.ts'
import type { CustomKind } from '../../shared/ports/cluster.ts'
import type { Host } from '../embedded/host.ts'
import { pushImage } from '../embedded/registry/push-image.ts'
import { readShipped } from '../io/read-shipped.ts'

const versions = ['v1.0.0', 'v1.0.1', 'v1.0.2', 'v1.0.3']

/** The objects of `demo.yaml` and a few small images, once: what a user then deletes stays deleted. */
export async function seedDemo(host: Host, dataDir: string): Promise<void> {
  const done = join(dataDir, 'demo-seeded')
  if (existsSync(done)) return
  for (const tag of versions) await pushImage(host.endpoints.registry, { repository: 'myapp/myapp', tag })
  const platforms = ['linux/amd64', 'linux/arm64']
  await pushImage(host.endpoints.registry, { repository: 'library/nginx', tag: '1.21-alpine', platforms })
  await applyDemoObjects(host.kubeconfigPath)
  writeFileSync(done, '')
}

interface DemoObject {
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace: string }
}

async function applyDemoObjects(kubeconfigPath: string): Promise<void> {
  const connection = createConnection({ name: 'local', kubeconfig: readFileSync(kubeconfigPath, 'utf8') })
  for (const document of parseAllDocuments(readShipped('cli/start/demo.yaml')))
    await createUnlessThere(document.toJS(), connection)
}

async function createUnlessThere(object: DemoObject, connection: Connection): Promise<void> {
  const action = `create ${object.kind} ${object.metadata.name}`
  try {
    await connection.call({ method: 'POST', path: pathFor(object), action, body: object })
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error
  }
}

function pathFor({ kind, metadata: { namespace } }: DemoObject): string {
  if (kind === 'Namespace') return namespacesPath
  if (kind === 'Deployment' || kind === 'ReplicaSet')
    return `/apis/apps/v1/namespaces/${namespace}/${kind.toLowerCase()}s`
  return collectionPath(kind as CustomKind, namespace)
}
