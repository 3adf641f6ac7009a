import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { beforeEach, expect, it, onTestFinished, vi } from 'vitest'
import { giveOwnAwsToPlugins, setOwnAwsAside, tableClientOptions } from '../../shared/own-aws.ts'

const local = { AWS_ACCESS_KEY_ID: 'LOCAL', AWS_SECRET_ACCESS_KEY: 'local-secret' }
const names = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_PROFILE', 'SHELFLIFE_OWN_AWS']

beforeEach(() => {
  vi.stubEnv('AWS_REGION', 'eu-west-1')
  for (const name of names) vi.stubEnv(name, undefined)
  return () => void vi.unstubAllEnvs()
})

/** The environment of a person, and then what the local host makes of it. */
function hosted(own: Record<string, string>, isTableReal: boolean) {
  Object.assign(process.env, own)
  setOwnAwsAside(isTableReal)
  Object.assign(process.env, local)
}

const keyOf = async (client: DynamoDBClient) => {
  const { accessKeyId, sessionToken } = await client.config.credentials()
  return { accessKeyId, sessionToken }
}

it('T8 sends a real table the keys of the environment, and all else the key of the installation', async () => {
  hosted({ AWS_ACCESS_KEY_ID: 'OWN', AWS_SECRET_ACCESS_KEY: 'own', AWS_SESSION_TOKEN: 'session' }, true)

  const table = await keyOf(new DynamoDBClient(tableClientOptions()))
  const others = await keyOf(new DynamoDBClient())

  expect(table).toEqual({ accessKeyId: 'OWN', sessionToken: 'session' })
  expect(others).toEqual({ accessKeyId: 'LOCAL', sessionToken: undefined })
})

it.each([
  ['of its own name', { AWS_PROFILE: 'team' }, 'TEAM'],
  ['that is the default', {}, 'DEFAULT'],
  ['that goes before keys', { AWS_PROFILE: 'team', AWS_ACCESS_KEY_ID: 'OWN', AWS_SECRET_ACCESS_KEY: 'own' }, 'TEAM'],
])('T8 sends a real table the keys of a profile %s', async (_, own, expected) => {
  const folder = mkdtempSync(join(tmpdir(), 'shelflife-profile-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const profile = (name: string, id: string) => `[${name}]\naws_access_key_id = ${id}\naws_secret_access_key = x\n`
  writeFileSync(join(folder, 'credentials'), profile('default', 'DEFAULT') + profile('team', 'TEAM'))
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(folder, 'credentials'))
  vi.stubEnv('AWS_CONFIG_FILE', join(folder, 'none'))
  hosted(own, true)

  const table = await keyOf(new DynamoDBClient(tableClientOptions()))
  const others = await keyOf(new DynamoDBClient())

  expect(table.accessKeyId).toBe(expected)
  expect(others.accessKeyId).toBe('LOCAL')
})

it('T8 sends an embedded table the key of the installation', async () => {
  hosted({ AWS_ACCESS_KEY_ID: 'OWN', AWS_SECRET_ACCESS_KEY: 'own' }, false)

  expect((await keyOf(new DynamoDBClient(tableClientOptions()))).accessKeyId).toBe('LOCAL')
})

it('leaves everything to the environment where nothing was set aside, as on AWS', () => {
  const users = [{ exec: { command: 'aws' } }]

  giveOwnAwsToPlugins(users)

  expect(tableClientOptions()).toEqual({})
  expect(users).toEqual([{ exec: { command: 'aws' } }])
})

it('gives credential plugins the own variables, and no key where there was none', () => {
  hosted({ AWS_PROFILE: 'team' }, false)
  const region = { name: 'AWS_REGION', value: 'eu-west-1' }
  const users = [{ exec: { command: 'aws', env: [region] } }, { token: 'x' }]

  giveOwnAwsToPlugins(users)

  expect(users[0]?.exec?.env).toEqual([
    { name: 'AWS_ACCESS_KEY_ID', value: '' },
    { name: 'AWS_SECRET_ACCESS_KEY', value: '' },
    { name: 'AWS_PROFILE', value: 'team' },
    region,
  ])
})

it('keeps what was set aside first when a second installation starts in the process', async () => {
  hosted({ AWS_ACCESS_KEY_ID: 'OWN', AWS_SECRET_ACCESS_KEY: 'own' }, true)
  hosted({}, true)

  expect((await keyOf(new DynamoDBClient(tableClientOptions()))).accessKeyId).toBe('OWN')
})
