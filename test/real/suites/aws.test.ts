import { readFileSync } from 'node:fs'
import { createServer, request, type Server } from 'node:http'
import { join } from 'node:path'
import { KubeConfig, KubernetesObjectApi } from '@kubernetes/client-node'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { FunctionName } from '../../../shared/wiring.ts'
import { namesOf, newScene, statusOf, sweep, synced, track, waitForStatus } from '../../scenarios/objects.ts'
import { answersFor, push, pushTags, type Scene, type World } from '../../scenarios/world.ts'
import { deleteAll, shortGrace } from '../../support/rulebook.ts'
import { callAws } from '../parts/aws-call.ts'
import { type AwsEmulator, startAwsEmulator } from '../parts/aws-emulator.ts'
import { projectRoot } from '../parts/cache.ts'
import { type Cluster, startCluster } from '../parts/cluster.ts'
import { type Distribution, startDistribution } from '../parts/distribution.ts'
import { freePort } from '../parts/free-port.ts'
import { waitForKinds } from '../parts/kinds.ts'
import { runKubectl } from '../parts/tools.ts'
import { actAs, type Deployed, deployInstallation, functionNames, grantBatches, webhookUrlOf } from './aws-world.ts'
import { kubeconfigOfOther, passOn } from './other-loopback.ts'

const webhookSecret = 'only-for-tests'
let emulator: AwsEmulator
let cluster: Cluster
let registry: Distribution
let relay: Server
let otherAddress: { close(): unknown }
let functionName: (name: FunctionName) => string
let world: World
let deployed: Deployed

/**
 * A registry is told its webhook before the stack that makes the Function URL exists, and the URL's host is a name that
 * only the emulator knows: this stands between the two.
 */
async function startRelay(port: number): Promise<void> {
  relay = createServer(async (incoming, outgoing) => {
    const { host } = await webhookUrlOf(emulator)
    const { hostname, port } = new URL(emulator.endpoint)
    const headers = { ...incoming.headers, host }
    const onward = request({ hostname, port, method: 'POST', path: '/webhook/distribution', headers }, answer => {
      outgoing.writeHead(answer.statusCode ?? 502)
      answer.pipe(outgoing)
    })
    onward.on('error', () => outgoing.writeHead(502).end())
    incoming.pipe(onward)
  })
  await new Promise<void>(resolve => relay.listen(port, '127.0.0.1', resolve))
}

const createSecret = (Name: string, SecretString: string) =>
  callAws(emulator, 'secretsmanager', 'CreateSecret', { Name, SecretString })

async function setUpCluster(): Promise<void> {
  cluster = await startCluster()
  for (const path of ['infra/cluster/crds', 'infra/cluster/rbac.yaml'])
    await runKubectl(cluster.kubeconfigPath, ['apply', '--server-side', '-f', join(projectRoot, path)])
  await waitForKinds(cluster.kubeconfigPath)
}

beforeAll(async () => {
  const relayPort = await freePort()
  const url = `http://127.0.0.1:${relayPort}/`
  const headers = { Authorization: `Bearer ${webhookSecret}` }
  await setUpCluster()
  emulator = await startAwsEmulator()
  registry = await startDistribution({ version: '3', notifications: [{ url, headers }] })
  await createSecret('test/kubeconfig', kubeconfigOfOther(readFileSync(cluster.pipelineKubeconfigPath, 'utf8')))
  await createSecret('test/executor', kubeconfigOfOther(readFileSync(cluster.executorKubeconfigPath, 'utf8')))
  otherAddress = await passOn(Number(new URL(cluster.url).port))
  await createSecret('test/webhook', webhookSecret)
  await createSecret('test/cleaner', '{"username":"nobody","password":"nothing"}')
  deployed = await deployInstallation(emulator, {
    settings: {
      clusters: [{ name: 'real', kubeconfigSecret: 'test/kubeconfig', executorKubeconfigSecret: 'test/executor' }],
      awsWorkloads: [{ name: 'account', services: ['lambda', 'ecs'] }],
      registries: [{ host: registry.host, endpoint: registry.url, deleteSecret: 'test/cleaner', grants: deleteAll }],
      limits: shortGrace,
      webhooks: [{ provider: 'distribution', registry: registry.host, secret: 'test/webhook' }],
    },
  })
  functionName = await functionNames(emulator)
  const senders = ['reconcile', 'sweep-plan', 'webhook', 'sync', 'inventory', 'sweep-execute'] as const
  for (const name of senders) await grantBatches(emulator, functionName(name))
  await startRelay(relayPort)
  const config = new KubeConfig()
  config.loadFromFile(cluster.kubeconfigPath)
  world = {
    registryUrl: registry.url,
    registryHost: registry.host,
    kubeconfigPath: cluster.kubeconfigPath,
    webhookUrl: url,
    webhookSecret,
    client: KubernetesObjectApi.makeApiClient(config),
  }
}, 400_000)

afterAll(async () => {
  relay?.close()
  otherAddress?.close()
  deployed?.remove()
  await registry?.stop()
  await cluster?.stop()
  await emulator?.stop()
})

/** What a schedule does once a minute. */
async function invoke(name: FunctionName): Promise<void> {
  const invoked = await callAws(emulator, 'lambda', 'Invoke', {
    FunctionName: functionName(name),
    Payload: '{}',
    LogType: 'Tail',
  })
  expect(invoked, Buffer.from(String(invoked.LogResult), 'base64').toString()).not.toHaveProperty('FunctionError')
}

it('carries a push from the registry through every function to the status in the cluster', async () => {
  const scene = await newScene(world, 'aws')
  await push(scene, { tag: 'v1' })
  await track(scene, 'v1')
  await track(scene, 'v2')
  await invoke('reconcile')
  await synced(scene, 'v1')
  await statusOf(scene, 'v2', 'that its tag is not there', ({ syncStatus }) => syncStatus === 'Failed')

  const { digest } = await push(scene, { tag: 'v2' })

  expect(await synced(scene, 'v2')).toMatchObject({ digest })
})

/** The status of a policy once a run of it has deleted one image. */
const deletedOne = (scene: Scene, policy: string) =>
  waitForStatus(
    scene,
    'ImageCleanupPolicy',
    policy,
    'a run that deleted',
    status => (status.lastRun as { deleted?: number })?.deleted === 1,
    120_000,
    // What the schedules do.
    async () => {
      for (const name of ['inventory', 'sweep-plan'] as const) await invoke(name)
    },
  )

it('marks, waits out the grace, deletes in the registry and in the cluster, and reports', async () => {
  const scene = await newScene(world, 'aws-sweep')
  await pushTags(scene, 'v1', 'v2')
  await track(scene, 'v1')
  await track(scene, 'v2')
  await invoke('reconcile')
  await synced(scene, 'v1')
  await synced(scene, 'v2')

  await sweep(scene, 'keep-newest', { keepRecent: 1 })
  const run = await deletedOne(scene, 'keep-newest')

  expect(run.lastRun).toMatchObject({ trigger: 'Manual', failed: 0 })
  expect(await answersFor(scene, 'v1', 'v2')).toEqual({ v1: 404, v2: 200 })
  expect(await namesOf(scene, 'Repository')).toEqual(['v2'])

  const image = `${world.registryHost}/${scene.repository}:v1`
  const explained = await deployed.shelflife(['explain', image])
  const history = await deployed.shelflife(['history', '--policy', `${scene.namespace}/keep-newest`])
  const restored = await deployed.shelflife(['restore', image])

  expect(explained.stdout, explained.stderr).toContain('not among the newest 1')
  expect(history.stdout, history.stderr).toMatch(/marked.*deleted/s)
  expect(restored, restored.stdout).toMatchObject({ exitCode: 0 })
  expect(await answersFor(scene, 'v1', 'v2')).toEqual({ v1: 200, v2: 200 })
  expect(await namesOf(scene, 'Repository')).toEqual(['v1', 'v2'])
}, 180_000)

/** The emulator lists `$LATEST` alone, finds no digest under a tag and knows no daemons: those are tested on loopback. */
it('I7 I8 keeps what a function and a task definition of the account run, by the rights of its own roles', async () => {
  const scene = await newScene(world, 'aws-workloads')
  const tags = ['v1', 'v2', 'v3', 'v4']
  await pushTags(scene, ...tags)
  for (const tag of tags) await track(scene, tag)
  await invoke('reconcile')
  for (const tag of tags) await synced(scene, tag)
  const image = (tag: string) => `${world.registryHost}/${scene.repository}:${tag}`
  const { Role } = await callAws(emulator, 'lambda', 'GetFunctionConfiguration', { FunctionName: functionName('sync') })
  const ofImage = { PackageType: 'Image', Code: { ImageUri: image('v1') }, Role }
  await callAws(emulator, 'lambda', 'CreateFunction', { FunctionName: scene.namespace, ...ofImage })
  const containerDefinitions = [{ name: 'app', image: image('v2'), memory: 128 }]
  await callAws(emulator, 'ecs', 'RegisterTaskDefinition', { family: scene.namespace, containerDefinitions })

  await sweep(scene, 'keep-newest', { keepRecent: 1 })
  await deletedOne(scene, 'keep-newest')
  const explained = await deployed.shelflife(['explain', image('v2')])

  expect(await answersFor(scene, ...tags)).toEqual({ v1: 200, v2: 200, v3: 404, v4: 200 })
  expect(explained.stdout, explained.stderr).toContain(
    `TaskDefinition ${emulator.region}/${scene.namespace}:1 in aws account`,
  )
}, 180_000)

it('lets the role of audit-export read the trail and move its position', () => invoke('audit-export'))

it('is paused and resumed by the command', async () => {
  const paused = await deployed.shelflife(['pause'])
  const status = await deployed.shelflife(['pause', '--status'])
  const resumed = await deployed.shelflife(['resume'])

  expect([paused.exitCode, status.exitCode, resumed.exitCode], paused.stderr).toEqual([0, 0, 0])
  expect(status.stdout).toContain('paused')
})

it.each([
  ['sweep-plan', 'ecr', 'BatchDeleteImage', { repositoryName: 'team/app', imageIds: [{ imageTag: 'v1' }] }],
  ['sweep-plan', 'secretsmanager', 'GetSecretValue', { SecretId: 'test/cleaner' }],
  ['sweep-plan', 'lambda', 'ListFunctions', {}],
  ['sync', 'secretsmanager', 'GetSecretValue', { SecretId: 'test/cleaner' }],
  ['webhook', 'secretsmanager', 'GetSecretValue', { SecretId: 'test/kubeconfig' }],
] as const)('refuses the role of %s what only others may: %s %s', async (name, service, operation, input) => {
  const env = await actAs(emulator, functionName(name))

  const refused = callAws(emulator, service, operation, input, env)

  await expect(refused).rejects.toMatchObject({ code: expect.stringContaining('AccessDenied') })
})

it('lets the role of sweep-execute read the credential that deletes', async () => {
  const env = await actAs(emulator, functionName('sweep-execute'))

  const { SecretString } = await callAws(
    emulator,
    'secretsmanager',
    'GetSecretValue',
    { SecretId: 'test/cleaner' },
    env,
  )

  expect(SecretString).toContain('nobody')
})
