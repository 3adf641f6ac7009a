import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { AccessDeniedError, InvalidInputError, UnavailableError } from '../../../shared/errors.ts'
import { verifyStatusAnnotation } from '../../../shared/reconcile/annotations.ts'
import { reconcileAll } from '../../../shared/reconcile/reconcile.ts'
import type { VerifyDeps } from '../../../shared/reconcile/verify-registry.ts'
import { startInProcessStore } from '../../support/in-process-store.ts'
import type { LocalStore } from '../../support/local-store.ts'
import { createReconcileFixture, registryHost } from '../../support/reconcile-fixture.ts'
import { at } from '../../support/records.ts'
import { dockerConfig, startWithSecret } from '../../support/registry-secret-fixture.ts'
import { rulebookWith } from '../../support/rulebook.ts'

let local: LocalStore
beforeAll(async () => {
  local = await startInProcessStore()
})
afterAll(() => local.close())

const start = () => startWithSecret(local.store)

it('shows a registry that accepts the credential, and never the credential', async () => {
  const { reconcile, verified, status, cluster } = start()

  await reconcile()

  expect(verified()).toMatchObject({ status: 'True', reason: 'ConnectionSucceeded' })
  expect(status()).toMatchObject({
    verifyStatus: 'success',
    latencyMilliseconds: 7,
    failureCount: 0,
    lastVerifiedTime: '2026-01-01T00:00:00Z',
  })
  expect(cluster.get('RegistrySecret', 'registry')?.metadata.annotations[verifyStatusAnnotation]).toBe('success')
  expect(JSON.stringify([status(), cluster.events])).not.toMatch(/p4ssw0rd|robot/)
})

it.each([
  ['AuthenticationFailed', new AccessDeniedError('401 at /v2/', { kind: 'authentication' })],
  ['CredentialsMissing', new AccessDeniedError('401 at /v2/ without', { kind: 'missing' })],
  ['PermissionDenied', new AccessDeniedError('403 at /v2/')],
  ['UnexpectedAnswer', new InvalidInputError('a web page')],
  ['DNSFailed', new UnavailableError('no such host', { kind: 'dns' })],
  ['TLSFailed', new UnavailableError('expired', { kind: 'tls' })],
  ['Timeout', new UnavailableError('too late', { kind: 'timeout' })],
  ['NetworkError', new UnavailableError('reset', { kind: 'network' })],
  ['RateLimited', new UnavailableError('429', { kind: 'rate-limited' })],
  ['RegistryUnavailable', new UnavailableError('503', { kind: 'server' })],
])('F18 names %s as the reason, and counts failures', async (reason, error) => {
  const { reconcile, verified, ready, status, onCheck, pass, cluster } = start()
  onCheck(async () => {
    throw error
  })

  await reconcile()
  pass(600)
  await reconcile()

  expect(verified()).toMatchObject({ status: 'False', reason, message: error.message })
  expect(ready()).toMatchObject({ status: 'False', reason, message: error.message })
  expect(status()).toMatchObject({ verifyStatus: 'failed', failureCount: 2 })
  expect(cluster.events.filter(event => event.type === 'Warning')).toHaveLength(1)
})

it('B33 says the same of a missing Secret and of one without a usable entry for the registry', async () => {
  const { reconcile, verified, cluster, pass } = start()
  cluster.change('RegistrySecret', 'registry', { spec: { domain: registryHost, secretRef: { name: 'other' } } })
  await reconcile()
  const missing = verified()
  pass(600)
  const identityToken = JSON.stringify({ auths: { [registryHost]: { identitytoken: 'x' } } })
  for (const text of ['{"auths":{}}', 'no JSON', identityToken]) {
    cluster.putSecret('team', 'other', { '.dockerconfigjson': text })
    pass(600)

    await reconcile()

    expect(verified()).toEqual(missing)
  }
  expect(missing).toMatchObject({
    reason: 'CredentialsMissing',
    message: expect.stringMatching(
      new RegExp(`^expected Secret team/other with an entry for ${registryHost} that has a user name and a password;`),
    ),
  })
})

it('verifies again only after the interval, or when the object changed', async () => {
  const { reconcile, cluster, pass } = start()
  await reconcile()
  const first = cluster.writes.applyStatus

  pass(599)
  await reconcile()
  expect(cluster.writes.applyStatus).toBe(first)
  cluster.change('RegistrySecret', 'registry', { spec: { domain: registryHost } })
  await reconcile()
  expect(cluster.writes.applyStatus).toBe(first + 1)
})

it('F32 gives sync the credential, again when it was rotated, and seals it only when it changed', async () => {
  const { reconcile, cluster, pass, sealer, copy, uid, record } = start()
  let sealed = 0
  const { seal } = sealer
  sealer.seal = (...given) => {
    sealed += 1
    return seal(...given)
  }

  await reconcile()
  pass(600)
  await reconcile()
  expect(sealed).toBe(1)
  cluster.putSecret('team', 'pull', dockerConfig('rotated'))
  pass(600)
  await reconcile()

  expect(sealed).toBe(2)
  expect(await copy()).toEqual({ host: registryHost, uid: uid(), username: 'robot', password: 'rotated' })
  expect(await record()).toMatchObject({ host: registryHost, verifiedAt: at(1200) })
})

it('syncs with the credential of its RegistrySecret, and anew when it gets another one', async () => {
  const { reconcile, track, attempt, sent, cluster, pass, uid } = start()
  cluster.change('RegistrySecret', 'registry', { spec: { domain: registryHost } })
  track()
  await reconcile()
  await attempt()
  await reconcile()
  cluster.change('RegistrySecret', 'registry', { spec: { domain: registryHost, secretRef: { name: 'pull' } } })
  pass(60)

  await reconcile()

  expect(sent).toMatchObject([
    { trigger: 'Initial', credential: 'anonymous' },
    { trigger: 'SpecChange', credential: `${cluster.name}/${uid()}` },
  ])
})

it('B33 verifies the credential of each path, and keeps them where sync finds the right one', async () => {
  const { verified, cluster, deps, copy, uid } = start()
  const auths = {
    [`${registryHost}:443/a`]: { username: 'ann', password: 'x' },
    [`${registryHost}/b`]: { username: 'bob', password: 'y' },
  }
  cluster.putSecret('team', 'pull', { '.dockerconfigjson': JSON.stringify({ auths }) })
  const asked: (string | undefined)[] = []
  const readerFor: VerifyDeps['readerFor'] = (_, { login }) => {
    asked.push(login?.username)
    return deps.readerFor()
  }

  await reconcileAll({ ...deps, readerFor })

  expect(verified()).toMatchObject({ status: 'True' })
  expect(asked).toEqual(['ann', 'bob'])
  expect(await copy()).toEqual({
    host: registryHost,
    uid: uid(),
    paths: { a: { username: 'ann', password: 'x' }, b: { username: 'bob', password: 'y' } },
  })
})

it('says of a registry without a credential that it answers, and of no credential that it was accepted', async () => {
  const { reconcile, verified, cluster, copy, record } = start()
  cluster.change('RegistrySecret', 'registry', { spec: { domain: registryHost } })

  await reconcile()

  expect(verified()).toMatchObject({ status: 'True', message: 'the registry answers without a credential' })
  expect([await copy(), await record()]).toEqual([null, undefined])
})

it('keeps with the credential which kind of registry the object says to be there, also of one that is refused', async () => {
  const { reconcile, cluster, onCheck, record } = start()
  const spec = { domain: registryHost, secretRef: { name: 'pull' } }
  cluster.change('RegistrySecret', 'registry', { spec: { ...spec, provider: 'harbor' } })
  await reconcile()
  const before = await record()
  onCheck(async () => {
    throw new AccessDeniedError('401')
  })
  cluster.change('RegistrySecret', 'registry', { spec: { ...spec, provider: 'quay' } })

  await reconcile()

  expect([before?.provider, (await record())?.provider]).toEqual(['harbor', 'quay'])
})

it.each([
  ['harbor', registryHost, { providerOf: () => 'harbor' as const }, undefined],
  ['other', registryHost, { providerOf: () => 'harbor' as const }, undefined],
  ['quay', registryHost, { providerOf: () => 'harbor' as const }, 'read as harbor and not as spec.provider quay'],
  ['harbor', registryHost, {}, 'read as oci and not as spec.provider harbor, since the settings'],
  ['harbor', 'harbor.example.org', { isConfigured: () => false }, undefined],
  ['harbor', 'quay.io', { isConfigured: () => false }, 'read as quay and not as spec.provider harbor, since quay.io'],
])('says of %s at %s, with %j of the settings: %s', async (provider, domain, said, expected) => {
  const { deps, cluster, status, verified } = start()
  cluster.change('RegistrySecret', 'registry', { spec: { domain, provider } })

  await reconcileAll({ ...deps, rulebook: { ...deps.rulebook, ...said } })

  const note = `the registry answers without a credential${expected === undefined ? '' : `; ${expected}`}`
  expect(String(status().verifyMessage).startsWith(note)).toBe(true)
  if (expected === undefined) expect(status().verifyMessage).toBe(note)
  expect(verified()?.message).toBe(status().verifyMessage)
})

it('verifies anew what a status of another object says', async () => {
  const { reconcile, cluster, status } = start()
  await reconcile()
  const restored = cluster.get('RegistrySecret', 'registry')
  if (!restored) throw new Error('expected the RegistrySecret')
  await cluster.deleteObject(restored)
  const { uid: _, ...metadata } = restored.metadata
  await cluster.applyStatus(cluster.put('RegistrySecret', 'registry', restored.spec as object, metadata), {
    ...restored.status,
    verifyMessage: 'of another',
  })

  await reconcile()

  expect(status().verifyMessage).toBe('the registry accepted the credential')
})

it('verifies within the day that a credential is used, and soon after a failure, whatever the interval', async () => {
  const { reconcile, cluster, pass, record, onCheck, status } = start()
  const spec = { domain: registryHost, secretRef: { name: 'pull' }, verifyInterval: '9000h' }
  cluster.change('RegistrySecret', 'registry', { spec })
  await reconcile()
  onCheck(async () => {
    throw new UnavailableError('503', { kind: 'server' })
  })
  pass(23 * 3600)
  await reconcile()
  expect(await record()).toMatchObject({ verifiedAt: at(0) })
  onCheck(async () => ({ latencyMs: 7 }))
  pass(600)

  await reconcile()

  expect(status().verifyStatus).toBe('success')
  expect(await record()).toMatchObject({ verifiedAt: at(23 * 3600 + 600) })
})

describe('accessFrom without repositories', () => {
  const spec = { domain: registryHost, accessFrom: { namespaces: ['shop'] } }
  const incomplete = 'AccessFromIncomplete'

  it('of an object that a version before verified goes on until it is changed, and is warned of once', async () => {
    const { reconcile, cluster, pass, ready, status, condition } = start()
    cluster.change('RegistrySecret', 'registry', { spec })
    const before = cluster.get('RegistrySecret', 'registry')
    if (!before) throw new Error('expected the RegistrySecret')
    const { generation } = before.metadata
    await cluster.applyStatus(before, {
      ...{ verifyStatus: 'success', lastVerifiedTime: '2026-01-01T00:00:00Z', observedGeneration: generation },
      username: 'robot',
    })
    await reconcile()
    pass(600)
    await reconcile()
    const later = status()
    cluster.change('RegistrySecret', 'registry', { spec: { ...spec, provider: 'harbor' } })

    await reconcile()

    expect(later).toMatchObject({ lendsAllAtGeneration: generation })
    expect(later).not.toHaveProperty('username')
    expect(status()).not.toHaveProperty('lendsAllAtGeneration')
    const warnings = cluster.events.filter(({ reason }) => reason === 'RepositoriesMissing')
    expect(warnings.map(({ message }) => message)).toEqual([
      expect.stringContaining('read every path as before, until this object is changed'),
      expect.stringContaining('nothing is lent'),
    ])
    expect(condition(incomplete, 'RegistrySecret', 'registry')?.message).toContain('accessFrom.repositories')
    expect(ready()).toMatchObject({
      status: 'True',
      message: expect.stringMatching(/^the registry .*; accessFrom names/),
    })
  })

  it('of a new object lends nothing, which it says until the paths are there', async () => {
    const { reconcile, cluster, status, condition } = start()
    cluster.change('RegistrySecret', 'registry', { spec })
    await reconcile()
    const first = condition(incomplete, 'RegistrySecret', 'registry')
    const accessFrom = { ...spec.accessFrom, repositories: ['shop/**'] }
    cluster.change('RegistrySecret', 'registry', { spec: { ...spec, accessFrom } })

    await reconcile()

    expect(first).toMatchObject({ status: 'True', reason: 'RepositoriesMissing' })
    expect(status()).not.toHaveProperty('lendsAllAtGeneration')
    expect(condition(incomplete, 'RegistrySecret', 'registry')).toBeUndefined()
  })
})

it('without a credential and a grant on ECR says which setting is missing, and asks nobody', async () => {
  const { deps, verified, cluster } = start()
  cluster.change('RegistrySecret', 'registry', { spec: { domain: registryHost } })
  const rulebook = rulebookWith({ ownCredentialOf: () => 'role', grantsOf: () => [] })
  const readerFor = () => Promise.reject(new Error('expected no question'))

  await reconcileAll({ ...deps, rulebook, readerFor })

  expect(verified()).toMatchObject({ status: 'False', reason: 'NotAuthorized' })
  expect(verified()?.message).toContain(`registries[${registryHost}].grants: {`)
})

describe('T4 a registry that does not answer a verification', () => {
  it('keeps neither statuses nor syncs of others waiting', async () => {
    const fixture = createReconcileFixture(local.store, `eu-${randomUUID()}`)
    fixture.track()
    let answer: (latency: { latencyMs: number }) => void = () => undefined
    fixture.onCheck(() => new Promise(resolve => (answer = resolve)))

    const running = fixture.reconcile()
    await vi.waitFor(() => expect(fixture.condition('Synced')).toBeDefined(), { timeout: 30_000 })

    expect(fixture.sent).toHaveLength(1)
    expect(fixture.condition('Verified', 'RegistrySecret', 'registry')).toBeUndefined()
    answer({ latencyMs: 1 })
    await running
    expect(fixture.condition('Verified', 'RegistrySecret', 'registry')).toMatchObject({ status: 'True' })
  })

  it('has one time for all its requests together', async () => {
    const signals: (AbortSignal | undefined)[] = []
    const fixture = createReconcileFixture(local.store, `eu-${randomUUID()}`)
    const { readerFor } = fixture.deps
    fixture.deps.readerFor = async (...asked: unknown[]) => {
      signals.push((asked[1] as { signal?: AbortSignal }).signal)
      return readerFor()
    }

    await fixture.reconcile()

    expect(signals).toEqual([expect.any(AbortSignal)])
  })
})
