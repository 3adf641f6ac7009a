import type { RequestListener } from 'node:http'
import { describe, expect, it } from 'vitest'
import { createRegistries } from '../../../../shared/adapters/registry/registries.ts'
import { createWriters } from '../../../../shared/adapters/registry/writers.ts'
import type { SecretAge } from '../../../../shared/ports/platform.ts'
import { parseSettings } from '../../../../shared/settings.ts'
import { failureOf } from '../../../support/failure-of.ts'
import { startScriptedServer } from '../http/scripted-server.ts'
import { json, refusal } from './fake-registry.ts'

const host = 'registry.example.com'
const passwordOf = (authorization = '') => Buffer.from(authorization.replace('Basic ', ''), 'base64').toString()

interface Kind {
  readonly secretId: 'pull' | 'delete'
  /** Of a wrong password. */
  readonly status: 401 | 403
  /** Gives tokens for a password. */
  readonly isBearer?: boolean
}

/** A registry that takes one password, and a secret of which this process keeps an older value. */
async function start({ secretId, status, isBearer = false }: Kind) {
  const world = { taken: 'robot:new', kept: 'new', now: 'new', isReadable: true }
  const asked: SecretAge[] = []
  const listener: RequestListener = ({ url = '', headers: { authorization } }, response) => {
    const isGood = passwordOf(authorization) === world.taken || authorization === `Bearer ${world.taken}`
    const realm = `http://${response.req.headers.host}/token`
    const challenge = isBearer ? `Bearer realm="${realm}",service="x"` : 'Basic realm="x"'
    if (url.startsWith('/token') && isGood) return json(response, 200, { token: world.taken })
    if (isGood) return json(response, 200, {})
    const isRefused = authorization !== undefined
    json(response, isRefused ? status : 401, refusal('DENIED'), { 'www-authenticate': challenge })
  }
  const server = await startScriptedServer(listener)
  const settings = parseSettings({
    registries: [{ host, endpoint: server.url, pullSecret: 'pull', deleteSecret: 'delete', grants: [] }],
  })
  const secrets = {
    findSecret: async (id: string, age: SecretAge = 'usual') => {
      if (id !== secretId) throw new Error(`expected ${secretId} to be asked for, got ${id}`)
      asked.push(age)
      if (age !== 'anew') return JSON.stringify({ username: 'robot', password: world.kept })
      if (!world.isReadable) throw new Error('connection refused')
      return JSON.stringify({ username: 'robot', password: world.now })
    },
    putSecret: async () => undefined,
    deleteSecret: async () => undefined,
  }
  const store = { findCredential: async () => undefined }
  const sealer = { open: async () => undefined }
  const now = () => new Date()
  const open = () =>
    secretId === 'pull'
      ? createRegistries({ settings, secrets, sealer, store, now }).reader(host, { credential: 'installation' })
      : createWriters({ settings, secrets }).writer(host)
  const anew = () => asked.filter(age => age === 'anew').length
  return { world, server, open, anew }
}

describe.each<Kind>([
  { secretId: 'pull', status: 401 },
  { secretId: 'pull', status: 403 },
  { secretId: 'pull', status: 401, isBearer: true },
  { secretId: 'delete', status: 401 },
  { secretId: 'delete', status: 401, isBearer: true },
])('of the secret $secretId, refused with $status (tokens: $isBearer)', kind => {
  it('a rotated password works at once, with one read of the secret for all that were refused', async () => {
    const { world, open, anew } = await start(kind)
    world.kept = 'old'
    const registry = await open()

    await Promise.all([registry.checkAccess(), registry.checkAccess(), registry.checkAccess()])
    await registry.checkAccess()

    expect(anew()).toBe(1)
  })

  it('one that is rotated while it is used works at once', async () => {
    const { world, open, anew } = await start(kind)
    const registry = await open()
    await registry.checkAccess()
    Object.assign(world, { taken: 'robot:newer', now: 'newer' })

    await registry.checkAccess()

    expect(anew()).toBe(1)
  })

  it('one that is wrong is told, and asked for no more often than the secret is read', async () => {
    const { world, server, open } = await start(kind)
    world.taken = 'robot:another'
    const registry = await open()

    const failure = await failureOf(registry.checkAccess())

    expect(failure).toMatchObject({ name: 'AccessDeniedError' })
    const presented = server.requests.filter(({ headers }) => headers.authorization?.startsWith('Basic '))
    expect(presented).toHaveLength(1)
  })

  it('what the registry says is told where the secret cannot be read', async () => {
    const { world, open } = await start(kind)
    Object.assign(world, { kept: 'old', isReadable: false })
    const registry = await open()

    expect(await failureOf(registry.checkAccess())).toMatchObject({ name: 'AccessDeniedError' })
  })
})
