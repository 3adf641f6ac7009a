import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { type AwsEmulator, startAwsEmulator } from './aws-emulator.ts'
import { type Background, freshFolder, removeFolder, startBackground } from './background.ts'
import { readParts } from './cache.ts'
import { type Cluster, startCluster } from './cluster.ts'
import { freePort } from './free-port.ts'
import { type StsFront, startStsFront } from './sts-front.ts'

/** Which Kubernetes groups a role of IAM has, by the name of the role. */
export type AccessEntries = Readonly<Record<string, readonly string[]>>

/** A cluster as EKS has it: roles of IAM come in by aws-iam-authenticator, which asks STS whose their tokens are. */
export interface EksCluster {
  readonly cluster: Cluster
  readonly emulator: AwsEmulator
  /** For clients of AWS: STS is the emulator, and what EKS tells of the cluster is made up. */
  readonly env: Readonly<Record<string, string>>
  readonly clusterName: string
  roleArn(name: string): string
  /** In the place of those before. */
  setEntries(entries: AccessEntries): void
  stop(): Promise<void>
}

const clusterName = 'prod'

export async function startEks(entries: AccessEntries): Promise<EksCluster> {
  const folder = freshFolder('eks')
  const stops: (() => Promise<void> | void)[] = [() => removeFolder(folder)]
  const stop = async () => {
    for (const one of stops.toReversed()) await one()
  }
  try {
    const emulator = await startAwsEmulator()
    stops.push(emulator.stop)
    const roleArn = (name: string) => `arn:aws:iam::${emulator.accountId}:role/${name}`
    const setEntries = (next: AccessEntries) => writeEntries(join(folder, 'entries.json'), next, roleArn)
    setEntries(entries)
    const front = await startStsFront(`sts.${emulator.region}.amazonaws.com`, emulator.endpoint, folder)
    stops.push(front.stop)
    stops.push((await startAuthenticator(folder, front)).stop)
    const cluster = await startCluster([], webhookArgs(folder))
    stops.push(cluster.stop)
    const eks = await startDescription(cluster)
    stops.push(eks.stop)
    const env = { ...emulator.env, AWS_ENDPOINT_URL_EKS: eks.url }
    return { cluster, emulator, env, clusterName, roleArn, setEntries, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

// Remembered for a moment only, so that an entry that is taken away shows at once.
const webhookArgs = (folder: string): string[] => [
  `--authentication-token-webhook-config-file=${join(folder, 'webhook.yaml')}`,
  '--authentication-token-webhook-cache-ttl=1s',
]

/** The file that EKS itself has access entries in for its authenticator, which reads it again when it changes. */
function writeEntries(file: string, entries: AccessEntries, roleArn: (name: string) => string): void {
  const mapRoles = Object.entries(entries).map(([name, groups]) => ({
    rolearn: roleArn(name),
    username: `${name}:{{SessionName}}`,
    groups,
  }))
  writeFileSync(file, JSON.stringify({ mapRoles, mapUsers: [], mapAccounts: [] }))
}

async function startAuthenticator(folder: string, front: StsFront): Promise<Background> {
  const port = await freePort()
  const webhook = join(folder, 'webhook.yaml')
  const server = {
    port,
    stateDir: folder,
    generateKubeconfig: webhook,
    backendMode: ['DynamicFile'],
    dynamicfilepath: join(folder, 'entries.json'),
  }
  writeFileSync(join(folder, 'authenticator.yaml'), stringify({ clusterID: clusterName, server }))
  return startBackground({
    command: readParts().awsIamAuthenticator,
    args: ['server', '--config', join(folder, 'authenticator.yaml')],
    folder,
    env: {
      PATH: process.env.PATH,
      HOME: folder,
      AWS_REGION: 'us-east-1',
      AWS_EC2_METADATA_DISABLED: 'true',
      ...front.env,
    },
    isReady: async () => existsSync(webhook),
  })
}

/** The one answer of EKS itself, which the emulator makes no cluster for: there it would be a container. */
async function startDescription(cluster: Cluster) {
  const data = readFileSync(cluster.authorityPath).toString('base64')
  const described = { name: clusterName, status: 'ACTIVE', endpoint: cluster.url, certificateAuthority: { data } }
  const server = createServer((request, response) => {
    const isKnown = request.url === `/clusters/${clusterName}`
    if (!isKnown) response.setHeader('x-amzn-errortype', 'ResourceNotFoundException')
    response.writeHead(isKnown ? 200 : 404, { 'content-type': 'application/json' })
    response.end(JSON.stringify(isKnown ? { cluster: described } : { message: 'No cluster found' }))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => server.close().closeAllConnections(),
  }
}
