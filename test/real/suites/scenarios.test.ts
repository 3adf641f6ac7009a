import { afterAll, beforeAll } from 'vitest'
import { badPolicyScenarios } from '../../scenarios/bad-policies.ts'
import { badWebhookScenarios } from '../../scenarios/bad-webhooks.ts'
import { type Installation, startInstallation } from '../../scenarios/installation.ts'
import { limitScenarios } from '../../scenarios/limits.ts'
import { pushToStatusScenarios } from '../../scenarios/push-to-status.ts'
import { restartScenarios } from '../../scenarios/restart.ts'
import { sweepScenarios } from '../../scenarios/sweep.ts'
import type { Cluster } from '../parts/cluster.ts'
import type { Distribution } from '../parts/distribution.ts'
import { startPipelineCluster } from './pipeline-cluster.ts'
import { startTellingRegistry } from './telling-registry.ts'

let cluster: Cluster
let registry: Distribution
let installation: Installation

beforeAll(async () => {
  cluster = await startPipelineCluster()
  const { portFlags, webhookSecret, ...telling } = await startTellingRegistry('3')
  registry = telling.registry
  installation = await startInstallation({
    flags: ['--kubeconfig', cluster.pipelineKubeconfigPath, '--registry', registry.url, ...portFlags],
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
limitScenarios(world)
badPolicyScenarios(world)
restartScenarios(() => installation)
