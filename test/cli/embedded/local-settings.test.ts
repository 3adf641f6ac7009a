import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { type LocalSettings, writeLocalSettings } from '../../../cli/embedded/local-settings.ts'
import type { Grants } from '../../../shared/domain/grants/grant.ts'
import { webhookProviders } from '../../../shared/domain/webhook-provider.ts'
import { parseSettings, registrySettingsOf } from '../../../shared/settings.ts'
import { testAws, testFolder } from './aws/embedded-aws.ts'

const registry = { host: 'harbor.example.com', endpoint: 'http://127.0.0.1:7441' }

/** The settings as every function of the local host reads them. */
async function settingsWith(rest: Partial<LocalSettings>) {
  const [aws, folder] = await Promise.all([testAws(), testFolder()])
  for (const [name, value] of Object.entries(aws.environment)) vi.stubEnv(name, value)
  onTestFinished(() => void vi.unstubAllEnvs())
  const settingsFile = join(folder, 'settings.json')
  await writeLocalSettings({
    registries: [registry],
    grants: [],
    limits: {},
    kubeconfig: '{}',
    settingsFile,
    dataDir: folder,
    metricsSecretFile: join(folder, 'metrics-secret'),
    ...rest,
  })
  return parseSettings(JSON.parse(readFileSync(rest.settingsFile ?? settingsFile, 'utf8')))
}

it('105 gives the registry the capacity that was asked for, and none where none was', async () => {
  const given = await settingsWith({ registries: [{ ...registry, capacityBytes: 10_000_000 }] })
  const none = await settingsWith({})

  expect(registrySettingsOf(given, 'harbor.example.com')?.capacityBytes).toBe(10_000_000)
  expect(registrySettingsOf(none, 'harbor.example.com')).not.toHaveProperty('capacityBytes')
})

it('says who may do what, and the limits, as they were asked for', async () => {
  const grants: Grants = [{ namespaces: ['production'], repositories: ['**'], may: ['read', 'delete'] }]

  const given = await settingsWith({ grants, limits: { minGracePeriod: '1s' } })
  const none = await settingsWith({})

  expect(registrySettingsOf(given, 'harbor.example.com')?.grants).toEqual(grants)
  expect(given.limits).toEqual({ minGracePeriod: '1s', maxDeletionPercent: 100 })
  expect(registrySettingsOf(none, 'harbor.example.com')?.grants).toEqual([])
  expect(none.limits.minGracePeriod).toBe('1h')
})

it('gives each of several registries what it is read and deleted from with, and a webhook secret of its own', async () => {
  const other = { host: 'ghcr.io', credential: { username: 'ci', password: 'hush' } }

  const given = await settingsWith({ registries: [registry, other] })

  expect(registrySettingsOf(given, 'harbor.example.com')).not.toHaveProperty('pullSecret')
  expect(registrySettingsOf(given, 'ghcr.io')).toMatchObject({
    pullSecret: 'shelflife/registry/ghcr.io',
    deleteSecret: 'shelflife/registry/ghcr.io',
  })
  expect(JSON.stringify(given)).not.toContain('hush')
  const secretsOf = (host: string) => given.webhooks.filter(one => one.registry === host).map(({ secret }) => secret)
  expect(new Set(secretsOf('ghcr.io')).size).toBe(1)
  expect(secretsOf('ghcr.io')).not.toEqual(expect.arrayContaining(secretsOf('harbor.example.com')))
})

it('hears every sender by one secret, the registry within by one of its own, and Google where an account is named', async () => {
  const google = { serviceAccount: 'push@p.iam.gserviceaccount.com', audience: 'shelflife' }

  const outside = await settingsWith({})
  const within = await settingsWith({ isOwn: true, google })

  expect(outside.webhooks.map(({ provider }) => provider)).toEqual(webhookProviders.filter(name => name !== 'google'))
  expect(new Set(outside.webhooks.map(({ secret }) => secret)).size).toBe(1)
  expect(within.webhooks.slice(outside.webhooks.length)).toMatchObject([
    { provider: 'distribution', secret: 'shelflife/webhook/registry' },
    { provider: 'google', ...google },
  ])
})

it('a registry keeps its webhook secret wherever it stands, and none is that of another', async () => {
  const folder = await testFolder()
  const hosts = ['reg.example.com:5000', 'reg.example.com-5000', 'other.example.com']
  const start = async (order: readonly string[]) => {
    const { webhooks } = await settingsWith({
      registries: order.map(host => ({ host })),
      settingsFile: join(folder, 'settings.json'),
    })
    return new Map(webhooks.map(({ registry: host, secret }) => [host, secret]))
  }

  const before = await start(hosts)
  const after = await start(hosts.toReversed())
  const alone = await start(hosts.slice(2))

  expect(new Set(before.values()).size).toBe(3)
  expect(after).toEqual(new Map([...before].toReversed()))
  expect(alone.get('other.example.com')).toBe(before.get('other.example.com'))
})

it('a registry on the usual port of this machine is known by both names', async () => {
  const settings = await settingsWith({ registries: [{ host: '127.0.0.1', endpoint: 'http://127.0.0.1' }] })

  expect(registrySettingsOf(settings, '127.0.0.1')?.aliases).toEqual(['localhost'])
})
