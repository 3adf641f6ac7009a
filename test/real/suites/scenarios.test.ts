import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { badWebhookScenarios } from '../../scenarios/bad-webhooks.ts'
import { type Installation, startInstallation } from '../../scenarios/installation.ts'
import { pushToStatusScenarios } from '../../scenarios/push-to-status.ts'
import { restartScenarios } from '../../scenarios/restart.ts'
import { sweepScenarios } from '../../scenarios/sweep.ts'
import { projectRoot } from '../parts/cache.ts'
import { type Cluster, startCluster } from '../parts/cluster.ts'
import { type Distribution, startDistribution } from '../parts/distribution.ts'
import { freePort } from '../parts/free-port.ts'
import { runKubectl } from '../parts/tools.ts'

let cluster: Cluster
let registry: Distribution
let installation: Installation

async function kubectl(...args: string[]): Promise<void> {
  const { exitCode, stderr } = await runKubectl(cluster.kubeconfigPath, args)
  if (exitCode !== 0) throw new Error(`expected kubectl ${args.join(' ')} to succeed: ${stderr}`)
}

/** A cluster that knows the three kinds and lets the pipeline's user do what `rbac.yaml` says, and no more. */
async function setUpCluster(): Promise<void> {
  cluster = await startCluster()
  await kubectl('apply', '--server-side', '-f', join(projectRoot, 'infra/cluster/crds'))
  await kubectl('wait', '--for=condition=Established', 'crd', '--all')
  await kubectl('apply', '-f', join(projectRoot, 'infra/cluster/rbac.yaml'))
  // Started by hand it has one kubeconfig for all functions, so its user is the executor as well.
  await kubectl('create', 'clusterrolebinding', 'one-user', '--clusterrole=shelflife-executor', '--user=shelflife')
}

beforeAll(async () => {
  const webhookSecret = randomBytes(12).toString('hex')
  // The registry reads its settings once, so the address of the webhook, the third port, is fixed before both start.
  const port = await freePort()
  const url = `http://127.0.0.1:${port + 2}/webhook/distribution`
  const headers = { Authorization: `Bearer ${webhookSecret}` }
  await setUpCluster()
  registry = await startDistribution({ version: '3', notifications: [{ url, headers }] })
  installation = await startInstallation({
    flags: ['--kubeconfig', cluster.pipelineKubeconfigPath, '--registry', registry.url, '--port', String(port)],
    registryHost: registry.host,
    adminKubeconfigPath: cluster.kubeconfigPath,
    webhookSecret,
  })
})

afterAll(async () => {
  await installation?.remove()
  await registry?.stop()
  await cluster?.stop()
})

const world = () => installation.world

pushToStatusScenarios(world)
badWebhookScenarios(world)
sweepScenarios(world)
restartScenarios(() => installation)
