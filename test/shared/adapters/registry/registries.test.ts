import type { RequestListener } from 'node:http'
import { describe, expect, it } from 'vitest'
import { createRegistries } from '../../../../shared/adapters/registry/registries.ts'
import { createWriters } from '../../../../shared/adapters/registry/writers.ts'
import type { SecretStore } from '../../../../shared/ports/platform.ts'
import { parseSettings, type SettingsInput } from '../../../../shared/settings.ts'
import { startScriptedServer } from '../http/scripted-server.ts'
import { failureOf, json, refusal } from './fake-registry.ts'

const secretsOf = (values: Record<string, string>): SecretStore => ({
  findSecret: async id => values[id],
  deleteSecret: async () => undefined,
  putSecret: async () => undefined,
})
const secrets = secretsOf({
  pull: '{"username":"reader","password":"one"}',
  delete: '{"username":"sweeper","password":"two"}',
  other: '{"username":"other","password":"three"}',
  paths: '{"username":"whole","password":"w","paths":{"team":{"username":"team","password":"t"}}}',
  noWhole: '{"paths":{"team":{"username":"team","password":"t"}}}',
  malformed: 'user:hush-hush',
  empty: '{"username":"reader","password":""}',
})

/** Asks for Basic and tells who came. */
const asking: RequestListener = (request, response) => {
  if (request.headers.authorization) json(response, 200, { tags: [] })
  else json(response, 401, refusal('UNAUTHORIZED'), { 'www-authenticate': 'Basic realm="x"' })
}

async function serve(entry: Partial<NonNullable<SettingsInput['registries']>[number]> = {}) {
  const server = await startScriptedServer(asking)
  const settings = parseSettings({ registries: [{ host: 'registry.example.com', endpoint: server.url, ...entry }] })
  const users = () =>
    server.requests
      .flatMap(({ headers }) => (headers.authorization ? [headers.authorization.replace('Basic ', '')] : []))
      .map(text => Buffer.from(text, 'base64').toString().split(':')[0])
  return { settings, server, users }
}

describe('a reader', () => {
  it("takes the registry's own pull secret", async () => {
    const { settings, users } = await serve({ pullSecret: 'pull', deleteSecret: 'delete' })

    await (await createRegistries({ settings, secrets }).reader('registry.example.com')).checkAccess()

    expect(users()).toEqual(['reader'])
  })

  it('takes the named secret before that, and a given credential before both', async () => {
    const { settings, users } = await serve({ pullSecret: 'pull' })
    const registries = createRegistries({ settings, secrets })
    const credential = { username: 'given', password: 'x' }

    await (await registries.reader('registry.example.com', { credentialId: 'other' })).checkAccess()
    await (await registries.reader('registry.example.com', { credentialId: 'other', credential })).checkAccess()

    expect(users()).toEqual(['other', 'given'])
  })

  it.each([
    ['paths', 'team/app', ['team']],
    ['paths', 'teams/app', ['whole']],
    ['noWhole', 'team/app', ['team']],
    ['noWhole', 'teams/app', []],
  ])('of a secret with credentials by path (%s) takes that of %s', async (credentialId, repository, expected) => {
    const { settings, users } = await serve()
    const options = { credentialId, repository }

    const reader = await createRegistries({ settings, secrets }).reader('registry.example.com', options)
    await failureOf(reader.checkAccess())

    expect(users()).toEqual(expected)
  })

  it.each(['REGISTRY.example.com', 'mirror.example.com'])('is the same by another spelling: %s', async host => {
    const { settings, users } = await serve({ pullSecret: 'pull', aliases: ['mirror.example.com'] })

    await (await createRegistries({ settings, secrets }).reader(host)).checkAccess()

    expect(users()).toEqual(['reader'])
  })

  it.each([
    'registry.example.com.evil.invalid',
    'evil-registry.example.com.invalid',
    'registry.example.com:8443.invalid',
    'example.com.invalid',
  ])('CVE-2026-59891 of a look-alike gets nothing of the configured one: %s', async host => {
    const { settings, server } = await serve({ pullSecret: 'pull' })
    const reader = await failureOf(
      createRegistries({ settings, secrets })
        .reader(host)
        .then(found => found.checkAccess()),
    )

    expect((reader as Error).name).toMatch(/UnavailableError|InvalidInputError/)
    expect(server.requests).toEqual([])
  })

  it.each([
    'user@registry.example.com',
    '[::1]',
    'registry.example.com:0',
    'registry.example.com/path',
    '',
    'a b',
    'x\n',
  ])('B11 is refused for %j', async host => {
    const { settings } = await serve()

    expect(await failureOf(createRegistries({ settings, secrets }).reader(host))).toMatchObject({
      name: 'InvalidInputError',
    })
  })

  it.each(['169.254.169.254', '127.0.0.1:5000', '0x7f.1', '2130706433', 'localhost:5000'])(
    'B11 of a host without settings does not reach this machine: %s',
    async host => {
      const { settings } = await serve()
      const reader = await createRegistries({ settings, secrets }).reader(host)

      expect(await failureOf(reader.checkAccess())).toMatchObject({ name: 'InvalidInputError' })
    },
  )

  it.each(['malformed', 'empty'])('B27 does not show a %s secret', async credentialId => {
    const { settings } = await serve()

    const failure = await failureOf(
      createRegistries({ settings, secrets }).reader('registry.example.com', { credentialId }),
    )

    expect(failure).toMatchObject({ name: 'InvalidInputError' })
    expect((failure as Error).cause).toBeUndefined()
    expect(String(failure)).not.toContain('hush-hush')
  })

  it('is denied when its secret is missing', async () => {
    const { settings } = await serve({ pullSecret: 'gone' })

    expect(await failureOf(createRegistries({ settings, secrets }).reader('registry.example.com'))).toMatchObject({
      name: 'AccessDeniedError',
    })
  })
})

describe('a writer', () => {
  it('CVE-2026-61833 takes the delete secret and never the pull secret', async () => {
    const { settings, users } = await serve({ pullSecret: 'pull', deleteSecret: 'delete' })

    await (await createWriters({ settings, secrets }).writer('registry.example.com')).checkAccess()

    expect(users()).toEqual(['sweeper'])
  })

  it('is anonymous where there is no delete secret', async () => {
    const { settings, users } = await serve({ pullSecret: 'pull' })
    const writer = await createWriters({ settings, secrets }).writer('registry.example.com')

    expect(await failureOf(writer.checkAccess())).toMatchObject({ name: 'AccessDeniedError' })
    expect(users()).toEqual([])
  })

  it('is denied for a registry without settings, and the message says which to add', async () => {
    const { settings } = await serve()

    const failure = await failureOf(createWriters({ settings, secrets }).writer('other.example.com'))

    expect(failure).toMatchObject({ name: 'AccessDeniedError' })
    expect(String(failure)).toContain('deleteSecret')
  })
})
