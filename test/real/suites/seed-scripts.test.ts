import { globSync } from 'node:fs'
import { dirname } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Installation, startInstallation } from '../../scenarios/installation.ts'
import { pipelineScenarios } from '../../scenarios/pipelines.ts'
import { seedScriptScenarios } from '../../scenarios/seed-scripts.ts'
import { pipelines, readPipeline } from '../../support/pipelines.ts'
import { projectRoot, readParts } from '../parts/cache.ts'
import type { Cluster } from '../parts/cluster.ts'
import { run } from '../parts/run.ts'
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

  seedScriptScenarios(() => installation.world, path)
  pipelineScenarios(() => installation.world, path)
})

describe('on the embedded API', () => {
  let installation: Installation
  beforeAll(async () => {
    installation = await startInstallation()
  })
  afterAll(() => installation?.remove())

  seedScriptScenarios(() => installation.world, path)
  pipelineScenarios(() => installation.world, path)
})

it('the Jenkinsfile is Groovy', async () => {
  const parsed = (input: string) => {
    const program = 'import sys; from groovy_parser.parser import parse_groovy_content as p; p(sys.stdin.read())'
    return run(readParts().emulatorPython, ['-c', program], { input })
  }
  const jenkinsfile = readPipeline('Jenkinsfile')

  const [whole, broken] = await Promise.all([parsed(jenkinsfile), parsed(jenkinsfile.replace('steps {', 'steps ('))])

  expect(whole).toMatchObject({ stderr: '', exitCode: 0 })
  expect(broken.exitCode).toBe(1)
})

it.each(pipelines)('shellcheck finds nothing in the scripts of $file', async ({ scripts }) => {
  for (const { stage, script } of scripts) {
    const { stdout, exitCode } = await run(readParts().shellcheck, ['--shell=sh', '-'], { input: `${script}\n` })
    expect({ stage, stdout, exitCode }).toEqual({ stage, stdout: '', exitCode: 0 })
  }
})

it('shellcheck finds nothing in any script', async () => {
  const scripts = [...globSync('scripts/*.sh', { cwd: projectRoot }), '.ci/run']

  const { stdout, exitCode } = await run(readParts().shellcheck, ['--', ...scripts], { cwd: projectRoot })

  expect(scripts.length).toBeGreaterThan(2)
  expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 0 })
})
