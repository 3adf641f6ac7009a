import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { KubeConfig, KubernetesObjectApi } from '@kubernetes/client-node'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { namesOf, newScene, sweep, synced, track, waitForStatus } from '../../scenarios/objects.ts'
import { answersFor, push, pushTags, type World } from '../../scenarios/world.ts'
import { deleteAll, shortGrace } from '../../support/rulebook.ts'
import { projectRoot } from '../parts/cache.ts'
import { type Cluster, startCluster } from '../parts/cluster.ts'
import { type Distribution, startDistribution } from '../parts/distribution.ts'
import { freePort } from '../parts/free-port.ts'
import { waitForKinds } from '../parts/kinds.ts'
import { createPod, type Pod } from '../parts/pod.ts'
import { runKubectl } from '../parts/tools.ts'
import { waitUntil } from '../parts/wait-until.ts'

const manifests = join(projectRoot, 'deploy', 'kubernetes')
const serviceAccount = '/var/run/secrets/kubernetes.io/serviceaccount'
const webhookSecret = 'only-for-tests'
const scrapeSecret = 'for-scrapers-only'
let cluster: Cluster
let registry: Distribution
let pod: Pod
let world: World

const kubectl = async (...args: readonly string[]): Promise<string> => {
  const { stdout, stderr, exitCode } = await runKubectl(cluster.kubeconfigPath, args)
  if (exitCode !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}${stdout}`)
  return stdout
}

const newToken = async () => (await kubectl('create', 'token', 'shelflife', '-n', 'shelflife')).trim()

/** The arguments that the Deployment gives to the image. */
function argsOfDeployment(): string[] {
  const documents = parseAllDocuments(readFileSync(join(manifests, 'workload.yaml'), 'utf8')).map(one => one.toJS())
  return documents.find(({ kind }) => kind === 'Deployment').spec.template.spec.containers[0].args
}

function settings(): object {
  const { clusters } = JSON.parse(readFileSync(join(manifests, 'settings.json'), 'utf8'))
  return {
    clusters,
    registries: [{ host: registry.host, endpoint: registry.url, deleteSecret: 'cleaner', grants: deleteAll }],
    limits: shortGrace,
    webhooks: [{ provider: 'distribution', registry: registry.host, secret: 'hook' }],
    metrics: { secret: 'scrapes' },
  }
}

async function createPodOf(port: number): Promise<Pod> {
  const { clusters } = parse(readFileSync(cluster.kubeconfigPath, 'utf8'))
  const { hostname, port: apiPort } = new URL(cluster.url)
  return createPod({
    files: {
      [`${serviceAccount}/token`]: 'not yet a token',
      [`${serviceAccount}/ca.crt`]: Buffer.from(clusters[0].cluster['certificate-authority-data'], 'base64').toString(),
      '/etc/shelflife/settings/settings.json': JSON.stringify(settings()),
      '/etc/shelflife/secrets/cleaner': '{"username":"nobody","password":"nothing"}',
      '/etc/shelflife/secrets/hook': webhookSecret,
      '/etc/shelflife/secrets/scrapes': scrapeSecret,
    },
    env: { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: apiPort },
    args: [...argsOfDeployment(), '--listen', String(port)],
    port,
  })
}

beforeAll(async () => {
  const port = await freePort()
  const headers = { Authorization: `Bearer ${webhookSecret}` }
  cluster = await startCluster()
  await kubectl('apply', '--server-side', '-k', manifests)
  await waitForKinds(cluster.kubeconfigPath)
  const webhookUrl = `http://127.0.0.1:${port}/webhook/distribution`
  registry = await startDistribution({ version: '3', notifications: [{ url: webhookUrl, headers }] })
  pod = await createPodOf(port)
  await pod.start()
  const config = new KubeConfig()
  config.loadFromFile(cluster.kubeconfigPath)
  world = {
    registryUrl: registry.url,
    registryHost: registry.host,
    kubeconfigPath: cluster.kubeconfigPath,
    webhookUrl,
    webhookSecret,
    client: KubernetesObjectApi.makeApiClient(config),
  }
}, 400_000)

afterAll(async () => {
  await pod?.remove()
  await registry?.stop()
  await cluster?.stop()
})

it('its Pod is let into a namespace that takes none but restricted ones', async () => {
  const phases = () => kubectl('get', 'pods', '-n', 'shelflife', '-o', 'jsonpath={.items[*].status.phase}')

  await waitUntil(async () => (await phases()) === 'Pending', { what: 'a Pod of the Deployment', deadlineMs: 60_000 })

  expect(await kubectl('get', 'events', '-n', 'shelflife', '-o', 'jsonpath={.items[*].reason}')).not.toContain(
    'FailedCreate',
  )
})

it('its service account may do nothing but act as the users of reading and of deleting', async () => {
  const mayI = async (...words: string[]) => {
    const as = ['--as', 'system:serviceaccount:shelflife:shelflife']
    const { stdout } = await runKubectl(cluster.kubeconfigPath, ['auth', 'can-i', ...words, ...as])
    return stdout.trim()
  }

  expect(await mayI('impersonate', 'users/shelflife')).toBe('yes')
  expect(await mayI('impersonate', 'users/shelflife-executor')).toBe('yes')
  expect(await mayI('impersonate', 'users/admin')).toBe('no')
  expect(await mayI('list', 'pods', '-A')).toBe('no')
  expect(await mayI('delete', 'repositories.image.theriseunion.io', '-A')).toBe('no')
})

it('reads a renewed token, and carries a push to the status in the cluster', async () => {
  await waitUntil(async () => /expected credentials|401/.test(pod.log()), { what: 'a refusal', deadlineMs: 60_000 })
  pod.write(`${serviceAccount}/token`, await newToken())
  const scene = await newScene(world, 'pod')
  await push(scene, { tag: 'v1' })
  await track(scene, 'v1')

  // Its token is read once a minute.
  await waitUntil(async () => /"written":[1-9]/.test(pod.log()), { what: 'a written status', deadlineMs: 180_000 })

  expect(await synced(scene, 'v1')).toMatchObject({ syncStatus: 'Success' })
}, 240_000)

it('ends in good order when it is told to, goes on where it was, deletes after the grace, explains and restores', async () => {
  const scene = await newScene(world, 'pod-sweep')
  await pushTags(scene, 'v1', 'v2')
  for (const tag of ['v1', 'v2']) await track(scene, tag)
  for (const tag of ['v1', 'v2']) await synced(scene, tag)
  const data = ['--data', '/data/.shelflife']
  const listings = () => pod.log().match(/"message":"listed"/g)?.length ?? 0
  const code = await pod.terminate()
  const before = listings()
  // The workloads are listed every five minutes, and at the start; until then everything counts as in use.
  await pod.start()
  await waitUntil(() => listings() > before, { what: 'a list of the workloads' })

  await sweep(scene, 'keep-newest', { keepRecent: 1 })
  const run = await waitForStatus(
    scene,
    'ImageCleanupPolicy',
    'keep-newest',
    'a run that deleted',
    status => (status.lastRun as { deleted?: number })?.deleted === 1,
    180_000,
  )
  const deleted = { answers: await answersFor(scene, 'v1', 'v2'), objects: await namesOf(scene, 'Repository') }
  const image = `${world.registryHost}/${scene.repository}:v1`
  const explained = await pod.exec(['explain', image, ...data])
  const restored = await pod.exec(['restore', image, ...data])

  expect(code, pod.log()).toBe(0)
  expect(run.lastRun).toMatchObject({ failed: 0 })
  expect(deleted).toEqual({ answers: { v1: 404, v2: 200 }, objects: ['v2'] })
  expect(explained.stdout, explained.stderr).toContain('not among the newest 1')
  expect(restored, restored.stdout + restored.stderr).toMatchObject({ exitCode: 0 })
  expect(await answersFor(scene, 'v1', 'v2')).toEqual({ v1: 200, v2: 200 })
}, 300_000)

it('tells metrics to whoever shows the mounted secret', async () => {
  const scrape = async (secret: string) =>
    (await fetch(`${pod.url}/metrics`, { headers: { authorization: `Bearer ${secret}` } })).status

  expect([await scrape(scrapeSecret), await scrape('another')]).toEqual([200, 401])
})
