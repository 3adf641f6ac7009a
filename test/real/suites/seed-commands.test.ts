import { dirname } from 'node:path'
import { afterAll, beforeAll, describe } from 'vitest'
import { type Installation, startInstallation } from '../../scenarios/installation.ts'
import { seedCommandScenarios } from '../../scenarios/seed-commands.ts'
import { readParts } from '../parts/cache.ts'
import type { Cluster } from '../parts/cluster.ts'
import { startPipelineCluster } from './pipeline-cluster.ts'

const path = () =>
  [readParts().kubectl, readParts().jq]
    .map(dirname)
    .concat(process.env.PATH ?? '')
    .join(':')

describe('on a real API server', () => {
  let cluster: Cluster
  let installation: Installation
  beforeAll(async () => {
    cluster = await startPipelineCluster()
    installation = await startInstallation({
      flags: ['--kubeconfig', cluster.pipelineKubeconfigPath],
      adminKubeconfigPath: cluster.kubeconfigPath,
    })
  })
  afterAll(async () => {
    await installation?.remove()
    await cluster?.stop()
  })

  seedCommandScenarios(() => installation.world, path)
})

describe('on the embedded API', () => {
  let installation: Installation
  beforeAll(async () => {
    installation = await startInstallation()
  })
  afterAll(() => installation?.remove())

  seedCommandScenarios(() => installation.world, path)
})
