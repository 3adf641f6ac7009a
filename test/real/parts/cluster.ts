import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Background, freshFolder, removeFolder, startBackground } from './background.ts'
import { readParts } from './cache.ts'
import { startEtcd } from './etcd.ts'
import { freePort } from './free-port.ts'
import { type KubeconfigUser, writeKubeconfig } from './kubeconfig.ts'
import { runKubectl } from './tools.ts'

export interface Cluster {
  url: string
  /** PEM file of what its certificate is trusted by. */
  authorityPath: string
  /** May do everything. */
  kubeconfigPath: string
  /** The user `shelflife`, in no group but system:authenticated: may do what RBAC grants to it. */
  pipelineKubeconfigPath: string
  /** The user `shelflife-executor`, likewise. */
  executorKubeconfigPath: string
  /** The kubeconfig of somebody named in `people`, who may do what RBAC grants to that name. */
  kubeconfigOf(person: string): string
  stop(): Promise<void>
}

interface Credentials {
  admin: KubeconfigUser
  pipeline: KubeconfigUser
  executor: KubeconfigUser
  people: KubeconfigUser[]
}

/** The files that the API server and the controllers are started with; `.pub` and `.key` sign service account tokens. */
function writeCredentials(folder: string, names: readonly string[]): Credentials {
  const admin = { name: 'admin', token: randomUUID() }
  const pipeline = { name: 'shelflife', token: randomUUID() }
  const executor = { name: 'shelflife-executor', token: randomUUID() }
  const people = names.map(name => ({ name, token: randomUUID() }))
  const tokens = [
    `${admin.token},admin,admin,system:masters`,
    ...[pipeline, executor, ...people].map(({ name, token }) => `${token},${name},${name}`),
  ]
  writeFileSync(join(folder, 'tokens.csv'), `${tokens.join('\n')}\n`, { mode: 0o600 })

  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  writeFileSync(join(folder, 'service-accounts.pub'), publicKey)
  writeFileSync(join(folder, 'service-accounts.key'), privateKey, { mode: 0o600 })
  return { admin, pipeline, executor, people }
}

function apiServerArgs(folder: string, port: number, etcdUrl: string, more: readonly string[]): string[] {
  return [
    `--etcd-servers=${etcdUrl}`,
    `--cert-dir=${join(folder, 'certs')}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${port}`,
    `--service-account-key-file=${join(folder, 'service-accounts.pub')}`,
    `--service-account-signing-key-file=${join(folder, 'service-accounts.key')}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    `--token-auth-file=${join(folder, 'tokens.csv')}`,
    '--authorization-mode=RBAC',
    '--service-cluster-ip-range=10.0.0.0/24',
    '--disable-admission-plugins=ServiceAccount',
    ...more,
  ]
}

async function startApiServer(args: readonly string[], folder: string, cluster: Cluster, users: Credentials) {
  const certificate = cluster.authorityPath
  const isReady = async () => {
    // The server signs for itself at its start, so the kubeconfig files can only be written now.
    if (!existsSync(certificate)) return false
    writeKubeconfig(cluster.kubeconfigPath, cluster.url, certificate, users.admin)
    writeKubeconfig(cluster.pipelineKubeconfigPath, cluster.url, certificate, users.pipeline)
    writeKubeconfig(cluster.executorKubeconfigPath, cluster.url, certificate, users.executor)
    for (const person of users.people)
      writeKubeconfig(cluster.kubeconfigOf(person.name), cluster.url, certificate, person)
    return (await runKubectl(cluster.kubeconfigPath, ['get', '--raw', '/readyz'])).exitCode === 0
  }
  return startBackground({ command: readParts().kubeApiserver, args, folder, isReady })
}

async function startControllerManager(folder: string, { kubeconfigPath }: Cluster) {
  const args = [
    `--kubeconfig=${kubeconfigPath}`,
    `--service-account-private-key-file=${join(folder, 'service-accounts.key')}`,
    `--root-ca-file=${join(folder, 'certs', 'apiserver.crt')}`,
    '--leader-elect=false',
    '--secure-port=0',
  ]
  // It serves no port here; the service account that one of its controllers makes shows that they run.
  const isReady = async () => (await runKubectl(kubeconfigPath, ['get', 'serviceaccount', 'default'])).exitCode === 0
  return startBackground({ command: readParts().kubeControllerManager, args, folder, isReady })
}

/**
 * Starts etcd, the API server and the controllers: a cluster without nodes. Deployments roll out down to Pods, which
 * stay Pending until somebody patches their status as a kubelet would. `people` are users beside those of the product,
 * `more` further arguments of the API server.
 */
export async function startCluster(people: readonly string[] = [], more: readonly string[] = []): Promise<Cluster> {
  const port = await freePort()
  const folder = freshFolder('cluster')
  const started: Background[] = []
  const cluster: Cluster = {
    url: `https://127.0.0.1:${port}`,
    authorityPath: join(folder, 'certs', 'apiserver.crt'),
    kubeconfigPath: join(folder, 'admin.kubeconfig'),
    pipelineKubeconfigPath: join(folder, 'pipeline.kubeconfig'),
    executorKubeconfigPath: join(folder, 'executor.kubeconfig'),
    kubeconfigOf: person => join(folder, `${person}.kubeconfig`),
    stop: async () => {
      for (const part of started.toReversed()) await part.stop()
      removeFolder(folder)
    },
  }
  try {
    const users = writeCredentials(folder, people)
    const etcd = await startEtcd(folder)
    started.push(etcd)
    const args = apiServerArgs(folder, port, etcd.url, more)
    started.push(await startApiServer(args, folder, cluster, users))
    started.push(await startControllerManager(folder, cluster))
    return cluster
  } catch (error) {
    await cluster.stop()
    throw error
  }
}
