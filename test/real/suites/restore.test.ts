import { afterAll, beforeAll, describe } from 'vitest'
import { type Installation, startInstallation } from '../../scenarios/installation.ts'
import { restoreScenarios } from '../../scenarios/restore.ts'
import type { Distribution, DistributionOptions } from '../parts/distribution.ts'
import { runTool } from '../parts/tools.ts'
import { startTellingRegistry } from './telling-registry.ts'

/** Reads every manifest, config and layer, and compares all digests. */
async function pull(reference: string): Promise<void> {
  const { exitCode, stdout, stderr } = await runTool('crane', ['validate', '--remote', reference])
  if (exitCode !== 0) throw new Error(`expected crane to pull ${reference}: ${stderr}${stdout}`)
}

// Garbage may be collected only while nobody pushes, so this suite has registries of its own and one test at a time.
describe.each<{ version: DistributionOptions['version'] }>([{ version: '3' }, { version: '2' }])(
  'distribution $version',
  ({ version }) => {
    let registry: Distribution
    let installation: Installation
    beforeAll(async () => {
      const { portFlags, webhookSecret, ...telling } = await startTellingRegistry(version)
      registry = telling.registry
      installation = await startInstallation({
        flags: ['--registry', registry.url, ...portFlags],
        registryHost: registry.host,
        webhookSecret,
      })
    })
    afterAll(async () => {
      await installation?.remove()
      await registry?.stop()
    })

    restoreScenarios({
      installation: () => installation,
      listsReferrersByApi: false,
      pull,
      collectGarbage: () => registry.garbageCollect(),
    })
  },
)
