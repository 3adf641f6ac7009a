import { afterAll, beforeAll, describe } from 'vitest'
import { incidentScenarios, proxiedIncidentScenarios } from '../../scenarios/incidents/incidents.ts'
import { type ProxiedInstallation, startProxiedInstallation } from '../../scenarios/proxied-installation.ts'
import type { Cluster } from '../parts/cluster.ts'
import type { Distribution } from '../parts/distribution.ts'
import { startPipelineCluster } from './pipeline-cluster.ts'
import { startTellingRegistry } from './telling-registry.ts'

/** Distribution 2 knows neither the referrers API nor the delete of one tag; distribution 3 knows the latter. */
describe.each(['3', '2'] as const)('on distribution %s', version => {
  let cluster: Cluster
  let registry: Distribution
  let installation: ProxiedInstallation

  beforeAll(async () => {
    cluster = await startPipelineCluster()
    const { portFlags, webhookSecret, ...telling } = await startTellingRegistry(version)
    registry = telling.registry
    installation = await startProxiedInstallation(registry.url, {
      flags: ['--kubeconfig', cluster.pipelineKubeconfigPath, ...portFlags],
      adminKubeconfigPath: cluster.kubeconfigPath,
      webhookSecret,
    })
  })
  afterAll(async () => {
    await installation?.remove()
    await registry?.stop()
    await cluster?.stop()
  })

  incidentScenarios(() => installation.world)
  proxiedIncidentScenarios(() => installation.world)
})
