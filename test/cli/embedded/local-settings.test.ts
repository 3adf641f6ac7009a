import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { writeLocalSettings } from '../../../cli/embedded/local-settings.ts'
import { parseSettings, registrySettingsOf } from '../../../shared/settings.ts'
import { testAws, testFolder } from './aws/embedded-aws.ts'

/** The settings as every function of the local host reads them. */
async function settingsWith(rest: { capacityBytes?: number }) {
  const [aws, folder] = await Promise.all([testAws(), testFolder()])
  for (const [name, value] of Object.entries(aws.environment)) vi.stubEnv(name, value)
  onTestFinished(() => void vi.unstubAllEnvs())
  const settingsFile = join(folder, 'settings.json')
  await writeLocalSettings({
    registryUrl: 'http://127.0.0.1:7441',
    registryHost: 'harbor.example.com',
    kubeconfig: '{}',
    settingsFile,
    webhookSecretFile: join(folder, 'webhook-secret'),
    ...rest,
  })
  return parseSettings(JSON.parse(readFileSync(settingsFile, 'utf8')))
}

it('105 gives the registry the capacity that was asked for, and none where none was', async () => {
  const given = await settingsWith({ capacityBytes: 10_000_000 })
  const none = await settingsWith({})

  expect(registrySettingsOf(given, 'harbor.example.com')?.capacityBytes).toBe(10_000_000)
  expect(registrySettingsOf(none, 'harbor.example.com')).not.toHaveProperty('capacityBytes')
})
