import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll } from 'vitest'
import { badPolicyScenarios } from '../../scenarios/bad-policies.ts'
import { badWebhookScenarios } from '../../scenarios/bad-webhooks.ts'
import { type Installation, startInstallation } from '../../scenarios/installation.ts'
import { pushToStatusScenarios } from '../../scenarios/push-to-status.ts'
import { restartScenarios } from '../../scenarios/restart.ts'
import { sweepScenarios } from '../../scenarios/sweep.ts'
import type { Cluster } from '../parts/cluster.ts'
import { type Distribution, startDistribution } from '../parts/distribution.ts'
import { freePort } from '../parts/free-port.ts'
import { startPipelineCluster } from './pipeline-cluster.ts'

let cluster: Cluster
let registry: Distribution
let installation: Installation

beforeAll(async () => {
  const webhookSecret = randomBytes(12).toString('hex')
  // The registry reads its settings once, so the address of the webhook, the third port, is fixed before both start.
  const port = await freePort()
  const url = `http://127.0.0.1:${port + 2}/webhook/distribution`
  const headers = { Authorization: `Bearer ${webhookSecret}` }
  cluster = await startPipelineCluster()
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
badPolicyScenarios(world)
restartScenarios(() => installation)
