import { globSync } from 'node:fs'
import { dirname } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Installation, startInstallation } from '../../scenarios/installation.ts'
import { seedScriptScenarios } from '../../scenarios/seed-scripts.ts'
import { projectRoot, readParts } from '../parts/cache.ts'
import type { Cluster } from '../parts/cluster.ts'
import { run } from '../parts/run.ts'
import { startPipelineCluster } from './pipeline-cluster.ts'

const path = () => [readParts().kubectl, readParts().jq].map(dirname).concat(process.env.PATH ?? '').join(':')

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

  seedScriptScenarios(() => installation.world, path)
})

describe('on the embedded API', () => {
  let installation: Installation
  beforeAll(async () => {
    installation = await startInstallation()
  })
  afterAll(() => installation?.remove())

  seedScriptScenarios(() => installation.world, path)
})

it('shellcheck finds nothing in any script', async () => {
  const scripts = [...globSync('scripts/*.sh', { cwd: projectRoot }), '.ci/run']

  const { stdout, exitCode } = await run(readParts().shellcheck, ['--', ...scripts], { cwd: projectRoot })

  expect(scripts.length).toBeGreaterThan(2)
  expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 0 })
})
