import type { RequestListener } from 'node:http'
import { describe, expect, it } from 'vitest'
import { createRegistries } from '../../../../shared/adapters/registry/registries.ts'
import { registryAddressOf } from '../../../../shared/adapters/registry/registry-address.ts'
import { createWriters } from '../../../../shared/adapters/registry/writers.ts'
import type { CredentialRecord } from '../../../../shared/domain/records/installation.ts'
import type { SecretStore } from '../../../../shared/ports/platform.ts'
import { parseSettings, type Settings, type SettingsInput } from '../../../../shared/settings.ts'
import { failureOf } from '../../../support/failure-of.ts'
import { at } from '../../../support/records.ts'
import { startScriptedServer } from '../http/scripted-server.ts'
import { json, refusal } from './fake-registry.ts'

const secretsOf = (values: Record<string, string>): SecretStore => ({
  findSecret: async id => values[id],
  deleteSecret: async () => undefined,
  putSecret: async () => undefined,
})
const bound = (credentials: object, host = 'registry.example.com') =>
  JSON.stringify({ host, uid: 'uid', ...credentials })
const values: Record<string, string> = {
  pull: '{"username":"reader","password":"one"}',
  delete: '{"username":"sweeper","password":"two"}',
  other: bound({ username: 'other', password: 'three' }),
  'of-before': bound({ username: 'before', password: 'three' }),
  paths: bound({ username: 'whole', password: 'w', paths: { team: { username: 'team', password: 't' } } }),
  noWhole: bound({ paths: { team: { username: 'team', password: 't' } } }),
  unbound: '{"username":"other","password":"hush-hush"}',
  ofAnotherHost: bound({ username: 'other', password: 'hush-hush' }, 'harbor.example.com'),
  ofMirror: bound({ username: 'other', password: 'three' }, 'mirror.example.com'),
  ofAnotherObject: JSON.stringify({
    host: 'registry.example.com',
    uid: 'another',
    username: 'u',
    password: 'hush-hush',
  }),
  malformed: 'user:hush-hush',
  empty: '{"username":"reader","password":""}',
}
const secrets = secretsOf(values)

/** Registries, and a table in which the RegistrySecret `eu-1/uid` brought what has the name `sealed` above. */
function registriesOf(settings: Settings, sealed = 'other', record: Partial<CredentialRecord> = {}) {
  const found: CredentialRecord = {
    ...{ cluster: 'eu-1', uid: 'uid', namespace: 'team', name: 'registry', host: 'registry.example.com' },
    ...{ secretId: 'of-before', sealed, sealedNumber: 1, verifiedAt: at(0), number: 1 },
    ...record,
  }
  const sealer = { open: async (text: string) => values[text] }
  const findCredential = async (cluster: string, uid: string) =>
    cluster === found.cluster && uid === found.uid ? found : undefined
  return createRegistries({ settings, secrets, sealer, store: { findCredential }, now: () => at(24 * 3600) })
}
const ofObject = 'eu-1/uid'

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
  it("takes the registry's own pull secret as the credential of the installation", async () => {
    const { settings, users } = await serve({ pullSecret: 'pull', deleteSecret: 'delete' })
    const options = { credential: 'installation' }

    await (await registriesOf(settings).reader('registry.example.com', options)).checkAccess()

    expect(users()).toEqual(['reader'])
  })

  it.each([{}, { credential: 'anonymous' }])('F3 has no credential of the installation with %j', async options => {
    const { settings, users } = await serve({ pullSecret: 'pull' })

    const reader = await registriesOf(settings).reader('registry.example.com', options)

    expect(await failureOf(reader.checkAccess())).toMatchObject({ name: 'AccessDeniedError' })
    expect(users()).toEqual([])
  })

  it('takes what a RegistrySecret brought, and a given login before that', async () => {
    const { settings, users } = await serve({ pullSecret: 'pull' })
    const registries = registriesOf(settings)
    const login = { username: 'given', password: 'x' }

    await (await registries.reader('registry.example.com', { credential: ofObject })).checkAccess()
    await (await registries.reader('registry.example.com', { credential: ofObject, login })).checkAccess()

    expect(users()).toEqual(['other', 'given'])
  })

  it.each<[string, string, Partial<CredentialRecord>]>([
    ['none', 'other', { uid: 'another' }],
    ['one that ended', 'other', { endedAt: at(1) }],
    ['one of another host', 'ofAnotherHost', { host: 'harbor.example.com' }],
    ['a record of another host than its copy', 'other', { host: 'harbor.example.com' }],
    ['one of a look-alike', 'other', { host: 'registry.example.com.evil.example' }],
    ['one that was never verified', 'other', { verifiedAt: undefined } as never],
    ['one that was verified too long ago', 'other', { verifiedAt: at(-1) }],
    ['a copy that names no host', 'unbound', {}],
    ['a copy for another host', 'ofAnotherHost', {}],
    ['a copy of another object', 'ofAnotherObject', {}],
    ['no copy', 'gone', {}],
  ])('T2 is denied what a RegistrySecret brought where there is %s', async (_, secretId, record) => {
    const { settings, server } = await serve()

    const failure = await failureOf(
      registriesOf(settings, secretId, record).reader('registry.example.com', { credential: ofObject }),
    )

    expect(failure).toMatchObject({ name: 'AccessDeniedError' })
    expect(String(failure)).toContain('RegistrySecret')
    expect(String(failure)).not.toContain('hush-hush')
    expect(server.requests).toEqual([])
  })

  it('takes what a RegistrySecret brought for another spelling of the same registry', async () => {
    const { settings, users } = await serve({ aliases: ['mirror.example.com'] })
    const registries = registriesOf(settings, 'ofMirror', { host: 'mirror.example.com' })

    await (await registries.reader('registry.example.com', { credential: ofObject })).checkAccess()

    expect(users()).toEqual(['other'])
  })

  it.each<[string, string, string[], Partial<CredentialRecord>]>([
    ['wrote the record, as it knows no sealed copy', 'of-before', ['before'], { sealed: undefined } as never],
    ['wrote over it, as its copy is newer', 'of-before', ['before'], { number: 2 }],
    ['wrote over it, and its secret is gone', 'gone', [], { number: 2 }],
  ])('takes what is in the secret where a version before %s', async (_, secretId, expected, record) => {
    const { settings, users } = await serve()
    const written = { secretId, sealedNumber: record.number === undefined ? undefined : 1, ...record } as never
    const registries = registriesOf(settings, 'other', written)

    await failureOf(
      registries.reader('registry.example.com', { credential: ofObject }).then(reader => reader.checkAccess()),
    )

    expect(users()).toEqual(expected)
  })

  it.each([
    ['paths', 'team/app', ['team']],
    ['paths', 'teams/app', ['whole']],
    ['noWhole', 'team/app', ['team']],
    ['noWhole', 'teams/app', []],
  ])('of a secret with credentials by path (%s) takes that of %s', async (secretId, repository, expected) => {
    const { settings, users } = await serve()
    const options = { credential: ofObject, repository }

    const reader = await registriesOf(settings, secretId).reader('registry.example.com', options)
    await failureOf(reader.checkAccess())

    expect(users()).toEqual(expected)
  })

  it.each(['REGISTRY.example.com', 'mirror.example.com'])('is the same by another spelling: %s', async host => {
    const { settings, users } = await serve({ pullSecret: 'pull', aliases: ['mirror.example.com'] })

    await (await registriesOf(settings).reader(host, { credential: 'installation' })).checkAccess()

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
      registriesOf(settings)
        .reader(host, { credential: 'installation' })
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

    expect(await failureOf(registriesOf(settings).reader(host))).toMatchObject({
      name: 'InvalidInputError',
    })
  })

  it.each(['169.254.169.254', '127.0.0.1:5000', '0x7f.1', '2130706433', 'localhost:5000'])(
    'B11 of a host without settings does not reach this machine: %s',
    async host => {
      const { settings } = await serve()
      const reader = await registriesOf(settings).reader(host)

      expect(await failureOf(reader.checkAccess())).toMatchObject({ name: 'InvalidInputError' })
    },
  )

  it.each(['malformed', 'empty'])('B27 does not show a %s secret', async pullSecret => {
    const { settings } = await serve({ pullSecret })
    const options = { credential: 'installation' }

    const failure = await failureOf(registriesOf(settings).reader('registry.example.com', options))

    expect(failure).toMatchObject({ name: 'AccessDeniedError' })
    expect((failure as Error).cause).toBeUndefined()
    expect(String(failure)).not.toContain('hush-hush')
  })

  it('is denied when its secret is missing', async () => {
    const { settings } = await serve({ pullSecret: 'gone' })

    const options = { credential: 'installation' }

    expect(await failureOf(registriesOf(settings).reader('registry.example.com', options))).toMatchObject({
      name: 'AccessDeniedError',
    })
  })
})

describe('a reader of what a RegistrySecret says to be there', () => {
  /** `describes` by Harbor's own API; `shares` what is recorded for everybody. */
  async function openedFor(provider: string | undefined, host: string, registries: SettingsInput['registries'] = []) {
    values.told = bound({ username: 'other', password: 'three' }, host)
    const record = { host, ...(provider !== undefined && { provider }) }
    const opened = await registriesOf(parseSettings({ registries }), 'told', record).reader(host, {
      credential: ofObject,
    })
    const shares = opened.findQuota !== undefined || opened.findOwnRules !== undefined
    return { describes: opened.describeManifest !== undefined, shares, countsPulls: opened.countsPulls }
  }
  const plain = { describes: false, shares: false, countsPulls: false }

  it("reads by Harbor's own API, and nothing of it that others see or that decides deletes", async () => {
    const opened = await openedFor('harbor', 'harbor.example.com')

    expect(opened).toEqual({ describes: true, shares: false, countsPulls: true })
  })

  it.each([undefined, 'other', 'oci', 'quay', 'ecr', 'a-word-of-later-versions'])(
    'reads by the plain API what it calls %s',
    async provider => {
      expect(await openedFor(provider, 'harbor.example.com')).toEqual(plain)
    },
  )

  it('goes by the settings where they name the registry', async () => {
    const host = 'harbor.example.com'

    const ours = await openedFor('harbor', host, [{ host }])
    const theirs = await openedFor('oci', host, [{ host, provider: 'harbor' }])

    expect(ours).toEqual(plain)
    expect(theirs).toEqual({ describes: true, shares: true, countsPulls: true })
  })

  it('goes by a host that everybody knows', async () => {
    expect(await openedFor('harbor', 'quay.io')).toEqual(plain)
    expect(await openedFor('harbor', 'docker.io')).toEqual({ ...plain, countsPulls: true })
  })

  it('is for its own credential alone', async () => {
    await openedFor('harbor', 'harbor.example.com')
    const registries = registriesOf(parseSettings({}), 'told', { host: 'harbor.example.com', provider: 'harbor' })

    for (const options of [{}, { credential: 'anonymous' }, { credential: 'installation' }]) {
      const reader = await registries.reader('harbor.example.com', options)
      expect(reader.describeManifest).toBeUndefined()
    }
  })

  it('T2 is asked at /v2/ what it is before anything else', async () => {
    const host = 'harbor.example.invalid'
    values.told = bound({ username: 'other', password: 'three' }, host)
    const registries = registriesOf(parseSettings({}), 'told', { host, provider: 'harbor' })
    const reader = await registries.reader(host, { credential: ofObject })

    const failure = await failureOf(reader.listRepository('team/app'))

    expect(failure).toMatchObject({ name: 'UnavailableError', message: expect.stringContaining(`${host}/v2/:`) })
  })

  it("B11 asks Harbor's own API on no address of this machine", async () => {
    const server = await startScriptedServer(asking)
    const host = new URL(server.url).host
    values.told = bound({ username: 'other', password: 'three' }, host)
    const record = { host, provider: 'harbor' }
    const reader = await registriesOf(parseSettings({}), 'told', record).reader(host, { credential: ofObject })

    const failure = await failureOf(reader.listRepository('team/app'))
    await reader.findTag('team/app', 'v1')

    expect(failure).toMatchObject({ name: 'InvalidInputError' })
    expect(server.requests).toEqual([])
  })
})

describe('a writer', () => {
  it('CVE-2026-61833 takes the delete secret and never the pull secret', async () => {
    const { settings, users } = await serve({ pullSecret: 'pull', deleteSecret: 'delete' })

    await (await createWriters({ settings, secrets }).writer('registry.example.com')).checkAccess()

    expect(users()).toEqual(['sweeper'])
  })

  it('takes a credential that was brought for the host, and nothing of the settings with it', async () => {
    const { settings, users } = await serve({ pullSecret: 'pull', deleteSecret: 'delete' })
    const credential = { username: 'tenant', password: 'x' }

    await (await createWriters({ settings, secrets }).writer('registry.example.com', { credential })).checkAccess()

    expect(users()).toEqual(['tenant'])
  })

  it.each(['other.example.com', '123456789012.dkr.ecr.eu-central-1.amazonaws.com'])(
    'takes no credential that was brought for %s',
    async host => {
      const settings = parseSettings({
        registries: [{ host: '123456789012.dkr.ecr.eu-central-1.amazonaws.com', provider: 'ecr', grants: [] }],
      })
      const credential = { username: 'tenant', password: 'hush-hush' }

      const failure = await failureOf(createWriters({ settings, secrets }).writer(host, { credential }))

      expect(failure).toMatchObject({ name: 'AccessDeniedError' })
      expect(String(failure)).not.toContain('hush-hush')
    },
  )

  it('is anonymous where there is no delete secret', async () => {
    const { settings, users } = await serve({ pullSecret: 'pull' })
    const writer = await createWriters({ settings, secrets }).writer('registry.example.com')

    expect(await failureOf(writer.checkAccess())).toMatchObject({ name: 'AccessDeniedError' })
    expect(users()).toEqual([])
  })

  it.each([
    ['nexus', 'cleanup policies'],
    ['artifactory', 'retention policies'],
    ['aliyun', 'Aliyun documents no delete'],
  ] as const)(
    'of %s, where nothing is deleted, keeps everything with the reason, and sends nothing for it',
    async (provider, why) => {
      const { settings, server } = await serve({ provider })
      const writer = await createWriters({ settings, secrets }).writer('registry.example.com')
      const digest = `sha256:${'a'.repeat(64)}` as const

      const refused = await writer.findRefusal?.('team/app', ['v1'])
      const deletions = [
        await writer.deleteTag('team/app', 'v1', digest),
        await writer.deleteManifest('team/app', digest),
      ]

      expect(refused).toContain(why)
      expect(deletions).toEqual([0, 1].map(() => ({ outcome: 'kept', reason: refused })))
      expect(writer.untag).toBeUndefined()
      expect(server.requests).toEqual([])
    },
  )

  it('is denied for a registry without settings, and the message says which to add', async () => {
    const { settings } = await serve()

    const failure = await failureOf(createWriters({ settings, secrets }).writer('other.example.com'))

    expect(failure).toMatchObject({ name: 'AccessDeniedError' })
    expect(String(failure)).toContain('deleteSecret')
  })
})

it('manifests are not asked for by tag where each counts as a pull: at Docker Hub, GHCR, Harbor and ECR', async () => {
  const settings = parseSettings({
    registries: [
      { host: 'harbor.example.com', provider: 'harbor', grants: [] },
      { host: '123456789012.dkr.ecr.eu-central-1.amazonaws.com', provider: 'ecr', grants: [] },
      { host: 'registry.example.com', grants: [] },
    ],
  })
  const hosts = [...settings.registries.map(({ host }) => host), 'index.docker.io', 'ghcr.io', 'azure.azurecr.io']
  const login = { username: 'reader', password: 'x' }
  const readers = await Promise.all(hosts.map(host => registriesOf(settings).reader(host, { login })))

  const asking = hosts.filter((_, at) => readers[at]?.findTaggedManifest)

  expect(asking).toEqual(['registry.example.com', 'azure.azurecr.io'])
})

describe('with refusePrivateAddresses', () => {
  const settingsOf = (registries: SettingsInput['registries']) =>
    parseSettings({ registries, refusePrivateAddresses: true })

  it('a host that only a RegistrySecret names is refused where it is private', async () => {
    const reader = await registriesOf(settingsOf([])).reader('10.255.255.1:5000')

    expect(await failureOf(reader.checkAccess())).toMatchObject({
      name: 'InvalidInputError',
      message: expect.stringContaining('got a private one'),
    })
  })

  it('a registry of the settings may be wherever they say', async () => {
    const { server } = await serve()
    const settings = settingsOf([{ host: 'registry.example.com', endpoint: server.url }])
    const reader = await registriesOf(settings).reader('registry.example.com', { credential: ofObject })

    await reader.checkAccess()

    expect(server.requests.length).toBeGreaterThan(0)
    expect(registryAddressOf(settings, 'registry.example.com').refusePrivateAddresses).toBe(false)
  })
})

it.each([
  [{ host: 'docker.io' }, 'https://hub.docker.com'],
  [{ host: 'docker.io', endpoint: 'https://registry-1.docker.io' }, 'https://hub.docker.com'],
  [{ host: 'docker.io', endpoint: 'https://cache.example.com/hub/' }, 'https://cache.example.com/hub'],
  [{ host: 'ghcr.io', endpoint: 'https://cache.example.com' }, 'https://cache.example.com'],
  [
    { host: 'ghcr.io', endpoint: 'https://cache.example.com', api: 'https://api.github.com/' },
    'https://api.github.com',
  ],
])('the credential of %j goes to the API at %s and no other', (registry, api) => {
  expect(registryAddressOf(parseSettings({ registries: [registry] }), registry.host).api).toBe(api)
})
