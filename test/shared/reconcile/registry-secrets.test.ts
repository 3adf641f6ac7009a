import { afterAll, beforeAll, expect, it } from 'vitest'
import { AccessDeniedError, UnavailableError } from '../../../shared/errors.ts'
import { verifyStatusAnnotation } from '../../../shared/reconcile/annotations.ts'
import { reconcileAll } from '../../../shared/reconcile/reconcile.ts'
import type { RegistrySecretDeps } from '../../../shared/reconcile/registry-secrets.ts'
import { startInProcessStore } from '../../support/in-process-store.ts'
import type { LocalStore } from '../../support/local-store.ts'
import { createReconcileFixture, registryHost } from '../../support/reconcile-fixture.ts'

let local: LocalStore
beforeAll(async () => {
  local = await startInProcessStore()
})
afterAll(() => local.close())

const dockerConfig = (password: string) => ({
  '.dockerconfigjson': JSON.stringify({ auths: { [registryHost]: { username: 'robot', password } } }),
})

/** The RegistrySecret `registry` with a credential in a Secret of its namespace. */
function start() {
  const fixture = createReconcileFixture(local.store)
  fixture.cluster.change('RegistrySecret', 'registry', { spec: { domain: registryHost, secretRef: { name: 'pull' } } })
  fixture.cluster.putSecret('team', 'pull', dockerConfig('p4ssw0rd'))
  const verified = () => fixture.condition('Verified', 'RegistrySecret', 'registry')
  const status = () => fixture.status('RegistrySecret', 'registry')
  const uid = () => fixture.cluster.get('RegistrySecret', 'registry')?.metadata.uid ?? ''
  const copy = async () => JSON.parse((await fixture.secrets.findSecret(`shelflife/pull/eu-1/${uid()}`)) ?? 'null')
  return { ...fixture, verified, status, uid, copy }
}

it('shows a registry that accepts the credential, and never the credential', async () => {
  const { reconcile, verified, status, cluster } = start()

  await reconcile()

  expect(verified()).toMatchObject({ status: 'True', reason: 'ConnectionSucceeded' })
  expect(status()).toMatchObject({
    verifyStatus: 'success',
    username: 'robot',
    latencyMilliseconds: 7,
    failureCount: 0,
    lastVerifiedTime: '2026-01-01T00:00:00Z',
  })
  expect(cluster.get('RegistrySecret', 'registry')?.metadata.annotations[verifyStatusAnnotation]).toBe('success')
  expect(JSON.stringify([status(), cluster.events])).not.toContain('p4ssw0rd')
})

it.each([
  ['AuthenticationFailed', new AccessDeniedError('401 at /v2/')],
  ['DNSFailed', new UnavailableError('no such host', { kind: 'dns' })],
  ['TLSFailed', new UnavailableError('expired', { kind: 'tls' })],
  ['Timeout', new UnavailableError('too late', { kind: 'timeout' })],
  ['NetworkError', new UnavailableError('reset', { kind: 'network' })],
  ['RateLimited', new UnavailableError('429', { kind: 'rate-limited' })],
  ['RegistryUnavailable', new UnavailableError('503', { kind: 'server' })],
])('F18 names %s as the reason, and counts failures', async (reason, error) => {
  const { reconcile, verified, status, onCheck, pass, cluster } = start()
  onCheck(async () => {
    throw error
  })

  await reconcile()
  pass(600)
  await reconcile()

  expect(verified()).toMatchObject({ status: 'False', reason, message: error.message })
  expect(status()).toMatchObject({ verifyStatus: 'failed', failureCount: 2 })
  expect(cluster.events.filter(event => event.type === 'Warning')).toHaveLength(1)
})

it('names a missing Secret, and then one without an entry for the registry', async () => {
  const { reconcile, verified, cluster, pass } = start()
  cluster.change('RegistrySecret', 'registry', { spec: { domain: registryHost, secretRef: { name: 'absent' } } })
  await reconcile()
  expect(verified()).toMatchObject({ reason: 'CredentialsMissing' })
  cluster.putSecret('team', 'absent', { '.dockerconfigjson': '{"auths":{}}' })
  pass(600)

  await reconcile()

  expect(verified()).toMatchObject({ reason: 'CredentialsMissing' })
  expect(verified()?.message).toContain(registryHost)
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

it('F32 gives sync the credential, again when it was rotated, and writes it only when it changed', async () => {
  const { reconcile, cluster, pass, secrets, copy, uid } = start()
  let writes = 0
  const put = secrets.putSecret
  secrets.putSecret = async (id, value) => {
    writes += 1
    await put(id, value)
  }

  await reconcile()
  pass(600)
  await reconcile()
  expect(writes).toBe(1)
  cluster.putSecret('team', 'pull', dockerConfig('rotated'))
  pass(600)
  await reconcile()

  expect(writes).toBe(2)
  expect(await copy()).toEqual({ host: registryHost, uid: uid(), username: 'robot', password: 'rotated' })
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
    { trigger: 'SpecChange', credential: `eu-1/${uid()}` },
  ])
})

it('verifies the credential of each path, and keeps them where sync finds the right one', async () => {
  const { verified, cluster, deps, copy, uid } = start()
  const auths = {
    [`${registryHost}:443/a`]: { username: 'ann', password: 'x' },
    [`${registryHost}/b`]: { username: 'bob', password: 'y' },
  }
  cluster.putSecret('team', 'pull', { '.dockerconfigjson': JSON.stringify({ auths }) })
  const asked: (string | undefined)[] = []
  const readerFor: RegistrySecretDeps['readerFor'] = (_, { login }) => {
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
