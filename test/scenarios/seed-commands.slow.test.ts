import { afterAll, beforeAll, describe } from 'vitest'
import { findOnPath } from '../real/parts/debian-parts.ts'
import { type Installation, startInstallation } from './installation.ts'
import { seedCommandScenarios } from './seed-commands.ts'

const hasPrograms = findOnPath('kubectl') !== undefined && findOnPath('jq') !== undefined

// With real servers they run in any case: test/real/suites/seed-commands.test.ts.
describe.skipIf(!hasPrograms)('on the embedded API', () => {
  let installation: Installation
  beforeAll(async () => {
    installation = await startInstallation()
  })
  afterAll(() => installation?.remove())

  seedCommandScenarios(
    () => installation.world,
    () => process.env.PATH ?? '',
  )
})
