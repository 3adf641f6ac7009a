import { afterAll, beforeAll, describe } from 'vitest'
import { findOnPath } from '../real/parts/debian-parts.ts'
import { type Installation, startInstallation } from '../scenarios/installation.ts'
import { pipelineScenarios } from '../scenarios/pipelines.ts'
import { seedScriptScenarios } from '../scenarios/seed-scripts.ts'

const hasPrograms = findOnPath('kubectl') !== undefined && findOnPath('jq') !== undefined

// With real servers they run in any case: test/real/suites/seed-scripts.test.ts.
describe.skipIf(!hasPrograms)('on the embedded API', () => {
  let installation: Installation
  beforeAll(async () => {
    installation = await startInstallation()
  })
  afterAll(() => installation?.remove())

  const world = () => installation.world
  const path = () => process.env.PATH ?? ''
  seedScriptScenarios(world, path)
  pipelineScenarios(world, path)
})
