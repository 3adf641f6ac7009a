import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe } from 'vitest'
import { incidentScenarios, proxiedIncidentScenarios } from '../../scenarios/incidents/incidents.ts'
import { type ProxiedInstallation, startProxiedInstallation } from '../../scenarios/proxied-installation.ts'
import type { Cluster } from '../parts/cluster.ts'
import { type Distribution, startDistribution } from '../parts/distribution.ts'
import { freePort } from '../parts/free-port.ts'
import { startPipelineCluster } from './pipeline-cluster.ts'

/** Distribution 2 knows neither the referrers API nor the delete of one tag; distribution 3 knows the latter. */
describe.each(['3', '2'] as const)('on distribution %s', version => {
  let cluster: Cluster
  let registry: Distribution
  let installation: ProxiedInstallation

  beforeAll(async () => {
    const webhookSecret = randomBytes(12).toString('hex')
    // The registry reads its settings once, so the address of the webhook, the third port, is fixed before both start.
    const port = await freePort()
    const url = `http://127.0.0.1:${port + 2}/webhook/distribution`
    cluster = await startPipelineCluster()
    registry = await startDistribution({
      version,
      notifications: [{ url, headers: { Authorization: `Bearer ${webhookSecret}` } }],
    })
    installation = await startProxiedInstallation(registry.url, {
      flags: ['--kubeconfig', cluster.pipelineKubeconfigPath, '--port', String(port)],
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
