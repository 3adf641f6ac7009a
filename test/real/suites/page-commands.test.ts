import { afterAll, beforeAll } from 'vitest'
import type { Installation } from '../../scenarios/installation.ts'
import { pageCommandScenarios } from '../../scenarios/page-commands.ts'
import type { Cluster } from '../parts/cluster.ts'
import { readyPods } from '../parts/ready-pods.ts'
import { pathWithParts, startAtCluster } from './on-both-apis.ts'
import { startPipelineCluster } from './pipeline-cluster.ts'

let cluster: Cluster
let installation: Installation
let stopPods: (() => void) | undefined
beforeAll(async () => {
  cluster = await startPipelineCluster()
  stopPods = await readyPods(cluster.kubeconfigPath, 'production')
  installation = await startAtCluster(cluster)
})
afterAll(async () => {
  stopPods?.()
  await installation?.remove()
  await cluster?.stop()
})

pageCommandScenarios({ world: () => installation.world, path: pathWithParts, isEmbedded: false })
