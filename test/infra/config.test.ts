import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { configFileOf, loadConfig, parseConfig } from '../../infra/config.ts'
import { InvalidInputError } from '../../shared/errors.ts'
import { fullConfig } from './full-config.ts'

const messageOf = (input: unknown): string => {
  try {
    parseConfig(input)
  } catch (error) {
    if (error instanceof InvalidInputError) return error.message
    throw error
  }
  return 'accepted'
}
const withSettings = (settings: unknown) => ({ settings })

describe('configuration', () => {
  it('accepts what uses every field', () => {
    expect(parseConfig(fullConfig)).toMatchObject({ alarmEmail: 'platform@example.com', webhookConcurrency: 20 })
  })

  it.each([
    [
      'a host with a scheme',
      withSettings({ registries: [{ host: 'https://harbor.example.com' }] }),
      'config.settings.registries[0].host: expected a host name with an optional port, got "https://harbor.example.com"',
    ],
    [
      'a cluster named twice',
      withSettings({
        clusters: [
          { name: 'eu-1', kubeconfigSecret: 'a' },
          { name: 'eu-1', kubeconfigSecret: 'b' },
        ],
      }),
      'settings: clusters[].name: expected each name once, got eu-1 twice',
    ],
    [
      'an account named as a cluster',
      withSettings({ clusters: [{ name: 'prod', kubeconfigSecret: 'a' }], awsWorkloads: [{ name: 'prod' }] }),
      'settings: clusters[].name and awsWorkloads[].name: expected each name once, got prod twice',
    ],
    [
      'a role that is not one',
      withSettings({ awsWorkloads: [{ name: 'prod', roleArn: 'shelflife-list' }] }),
      'config.settings.awsWorkloads[0].roleArn: expected the ARN of an IAM role, got "shelflife-list"',
    ],
    [
      'a region that is not one',
      withSettings({ awsWorkloads: [{ name: 'prod', region: 'Ireland' }] }),
      'config.settings.awsWorkloads[0].region: expected an AWS region like eu-west-1, got "Ireland"',
    ],
    [
      'a field that does not exist',
      { ...withSettings({}), alarmMail: 'a@example.com' },
      'config: expected known fields, got "alarmMail"; see the fields of Config in infra/config.ts and shared/settings/',
    ],
    [
      'a field of the settings that does not exist',
      withSettings({ registries: [{ host: 'harbor.example.com', pullsecret: 'x' }] }),
      'config.settings.registries[0]: expected known fields, got "pullsecret"; see the fields of Config in infra/config.ts and shared/settings/',
    ],
    [
      'a webhook whose secret is empty',
      withSettings({ webhooks: [{ provider: 'harbor', registry: 'harbor.example.com', secret: '' }] }),
      'config.settings.webhooks[0].secret: expected a text that is not empty, got ""',
    ],
    [
      'a provider that does not exist',
      withSettings({ registries: [{ host: 'gcr.io', provider: 'gcr' }] }),
      'config.settings.registries[0].provider: expected one of oci, harbor, ecr, dockerhub, ghcr, gitlab, quay, acr, google, aliyun, ecr-public, gitea, zot, nexus, artifactory, got "gcr"',
    ],
    [
      'a secret that is not a text',
      withSettings({ clusters: [{ name: 'eu-1' }] }),
      'config.settings.clusters[0].kubeconfigSecret: expected the name or ARN of a secret with a kubeconfig, or eks in its place, got nothing',
    ],
    [
      'an account that is not one',
      { ...withSettings({}), env: { account: 'prod' } },
      'config.env.account: expected an AWS account: twelve digits, got "prod"',
    ],
    ['nothing at all', undefined, 'config: expected object, got nothing'],
  ])('says what was expected and what was given for %s', (_, input, message) => {
    expect(messageOf(input)).toBe(message)
  })

  it('names every mistake, not only the first', () => {
    const lines = messageOf(withSettings({ registries: [{ host: '-' }, { host: '_' }] })).split('\n')

    expect(lines).toHaveLength(2)
  })

  it('refuses subnets without their zones', () => {
    const vpc = { ...fullConfig.vpc, availabilityZones: ['eu-west-1a', 'eu-west-1b'] }

    expect(messageOf({ ...fullConfig, vpc })).toContain('expected one zone for each of the 1 subnets, got 2')
  })

  it.each([
    ['the pull secret', { pullSecret: 'one', deleteSecret: 'one' }],
    [
      'the pull secret, one by ARN',
      { pullSecret: 'one', deleteSecret: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:one-AbCdEf' },
    ],
    ['a mirrored pull secret', { deleteSecret: 'shelflife/pull/one' }],
  ])('refuses a delete secret that is also %s', (_, secrets) => {
    expect(messageOf(withSettings({ registries: [{ host: 'harbor.example.com', ...secrets }] }))).toContain(
      'expected a secret of its own that only sweep-execute reads',
    )
  })

  it('refuses a delete secret that scrapers of the metrics know', () => {
    const registries = [{ host: 'harbor.example.com', deleteSecret: 'one', grants: [] }]

    expect(messageOf(withSettings({ registries, metrics: { secret: 'one' } }))).toContain('read as metrics.secret')
  })

  it('does not repeat a long text, which may be a secret, whole', () => {
    expect(messageOf(withSettings({ registries: [{ host: `!${'x'.repeat(200)}` }] })).length).toBeLessThan(200)
  })
})

describe('configuration file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'shelflife-config-'))

  it('that is shipped is valid', async () => {
    await expect(loadConfig(configFileOf())).resolves.toBeDefined()
  })

  it('may be JSON', async () => {
    const file = join(folder, 'config.json')
    writeFileSync(file, JSON.stringify(fullConfig))

    expect((await loadConfig(file)).settings.clusters).toHaveLength(1)
  })

  it('is that of the installation that is asked for, or is refused', async () => {
    const file = join(folder, 'dev.json')
    writeFileSync(file, JSON.stringify({ ...fullConfig, name: 'dev' }))

    expect((await loadConfig(file, 'dev')).name).toBe('dev')
    await expect(loadConfig(file, 'prod')).rejects.toThrow(
      /expected name: 'prod' in .*dev\.json, as the installation was asked for, got 'dev'/,
    )
    expect([configFileOf(), configFileOf('dev')]).toEqual(['infra/shelflife.config.ts', 'infra/dev.config.ts'])
  })

  it('that does not exist, or is not JSON, or has no default export, is named', async () => {
    const broken = join(folder, 'broken.json')
    const empty = join(folder, 'empty.mjs')
    writeFileSync(broken, '{')
    writeFileSync(empty, '')

    await expect(loadConfig(join(folder, 'none.json'))).rejects.toThrow(/expected a file at .*none\.json, found none/)
    await expect(loadConfig(broken)).rejects.toThrow(/expected JSON in .*broken\.json/)
    await expect(loadConfig(empty)).rejects.toThrow(/expected a default export in .*empty\.mjs/)
  })
})
