import { afterAll, beforeAll } from 'vitest'
import { badPolicyScenarios } from './bad-policies.ts'
import { badWebhookScenarios } from './bad-webhooks.ts'
import { documentedScenarios } from './documented.ts'
import { followedScenarios } from './followed.ts'
import { type Installation, startInstallation } from './installation.ts'
import { limitScenarios } from './limits.ts'
import { pushToStatusScenarios } from './push-to-status.ts'
import { restoreScenarios } from './restore.ts'
import { sweepScenarios } from './sweep.ts'

let installation: Installation
beforeAll(async () => {
  installation = await startInstallation()
})
afterAll(() => installation?.remove())
const world = () => installation.world

pushToStatusScenarios(world)
badWebhookScenarios(world)
sweepScenarios(world)
limitScenarios(world)
badPolicyScenarios(world)
documentedScenarios(world)
followedScenarios(() => installation)
restoreScenarios({ installation: () => installation, listsReferrersByApi: true })
