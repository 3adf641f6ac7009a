import { dirname } from 'node:path'
import { afterAll, beforeAll, describe } from 'vitest'
import { type Installation, startInstallation } from '../../scenarios/installation.ts'
import { onEmbeddedApi, type ShellScenarios } from '../../scenarios/on-embedded-api.ts'
import { readParts } from '../parts/cache.ts'
import type { Cluster } from '../parts/cluster.ts'
import { startPipelineCluster } from './pipeline-cluster.ts'

/** The folders of kubectl and jq before those of the machine. */
export const pathWithParts = (): string =>
  [readParts().kubectl, readParts().jq]
    .map(dirname)
    .concat(process.env.PATH ?? '')
    .join(':')

/** An installation of which the person who pushes and deploys has rights of his own. */
export const startAtCluster = (cluster: Cluster): Promise<Installation> =>
  startInstallation({
    flags: ['--kubeconfig', cluster.pipelineKubeconfigPath],
    adminKubeconfigPath: cluster.kubeconfigPath,
  })

/** Plays them on a real API server, and once more on the embedded one. */
export function onBothApis(play: ShellScenarios): void {
  describe('on a real API server', () => {
    let cluster: Cluster
    let installation: Installation
    beforeAll(async () => {
      cluster = await startPipelineCluster()
      installation = await startAtCluster(cluster)
    })
    afterAll(async () => {
      await installation?.remove()
      await cluster?.stop()
    })

    play(() => installation.world, pathWithParts)
  })
  onEmbeddedApi(play, pathWithParts)
}
