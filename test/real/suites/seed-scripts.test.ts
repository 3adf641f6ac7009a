import { globSync } from 'node:fs'
import { expect, it } from 'vitest'
import { pipelineScenarios } from '../../scenarios/pipelines.ts'
import { seedScriptScenarios } from '../../scenarios/seed-scripts.ts'
import { pipelines, readPipeline } from '../../support/pipelines.ts'
import { projectRoot, readParts } from '../parts/cache.ts'
import { run } from '../parts/run.ts'
import { onBothApis } from './on-both-apis.ts'

onBothApis((world, path) => {
  seedScriptScenarios(world, path)
  pipelineScenarios(world, path)
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
