import { dirname } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { type Installation, startInstallation } from '../../scenarios/installation.ts'
import { pageCommandScenarios } from '../../scenarios/page-commands.ts'
import { readParts } from '../parts/cache.ts'
import type { Cluster } from '../parts/cluster.ts'
import { readyPods } from '../parts/ready-pods.ts'
import { startPipelineCluster } from './pipeline-cluster.ts'

let cluster: Cluster
let installation: Installation
let stopPods: (() => void) | undefined
beforeAll(async () => {
  cluster = await startPipelineCluster()
  stopPods = await readyPods(cluster.kubeconfigPath, 'production')
  installation = await startInstallation({
    flags: ['--kubeconfig', cluster.pipelineKubeconfigPath],
    adminKubeconfigPath: cluster.kubeconfigPath,
  })
})
afterAll(async () => {
  stopPods?.()
  await installation?.remove()
  await cluster?.stop()
})

pageCommandScenarios({
  world: () => installation.world,
  path: () =>
    [readParts().kubectl, readParts().jq]
      .map(dirname)
      .concat(process.env.PATH ?? '')
      .join(':'),
  isEmbedded: false,
})
