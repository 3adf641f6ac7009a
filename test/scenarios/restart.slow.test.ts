import { afterAll, beforeAll } from 'vitest'
import { type Installation, startInstallation } from './installation.ts'
import { restartScenarios } from './restart.ts'

let installation: Installation
beforeAll(async () => {
  installation = await startInstallation()
})
afterAll(() => installation?.remove())

restartScenarios(() => installation)
