import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AccessDeniedError, UnavailableError } from '../../../shared/errors.ts'
import { verifyStatusAnnotation } from '../../../shared/reconcile/annotations.ts'
import { reconcileAll } from '../../../shared/reconcile/reconcile.ts'
import type { VerifyDeps } from '../../../shared/reconcile/verify-registry.ts'
import { startInProcessStore } from '../../support/in-process-store.ts'
import type { LocalStore } from '../../support/local-store.ts'
import { createKillPoint } from '../../support/memory-platform.ts'
import { createReconcileFixture, registryHost } from '../../support/reconcile-fixture.ts'
import { at } from '../../support/records.ts'
import { rulebookWith } from '../../support/rulebook.ts'

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
  const fixture = createReconcileFixture(local.store, randomUUID())
  fixture.cluster.change('RegistrySecret', 'registry', { spec: { domain: registryHost, secretRef: { name: 'pull' } } })
  fixture.cluster.putSecret('team', 'pull', dockerConfig('p4ssw0rd'))
  const verified = () => fixture.condition('Verified', 'RegistrySecret', 'registry')
  const status = () => fixture.status('RegistrySecret', 'registry')
  const uid = () => fixture.cluster.get('RegistrySecret', 'registry')?.metadata.uid ?? ''
  const copyId = () => `shelflife/pull/${fixture.cluster.name}/${uid()}`
  const copy = async () => JSON.parse((await fixture.secrets.findSecret(copyId())) ?? 'null')
  const record = (of = uid()) => local.store.findCredential(fixture.cluster.name, of)
  return { ...fixture, verified, status, uid, copyId, copy, record }
}

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

it('says the same of a missing Secret and of one without an entry for the registry', async () => {
  const { reconcile, verified, cluster, pass } = start()
  cluster.change('RegistrySecret', 'registry', { spec: { domain: registryHost, secretRef: { name: 'other' } } })
  await reconcile()
  const missing = verified()
  pass(600)
  for (const text of ['{"auths":{}}', 'no JSON']) {
    cluster.putSecret('team', 'other', { '.dockerconfigjson': text })
    pass(600)

    await reconcile()

    expect(verified()).toEqual(missing)
  }
  expect(missing).toMatchObject({
    reason: 'CredentialsMissing',
    message: `expected a Secret other with an entry for ${registryHost}`,
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

it('F32 gives sync the credential, again when it was rotated, and writes it only when it changed', async () => {
  const { reconcile, cluster, pass, secrets, copy, uid, record } = start()
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
  expect(await record()).toMatchObject({ host: registryHost, verifiedAt: at(1200) })
})

it('syncs with the credential of its RegistrySecret, and anew when it gets another one', async () => {
  const { reconcile, track, attempt, sent, cluster, pass, uid } = start()
  cluster.change('RegistrySecret', 'registry', { spec: { domain: registryHost } })
  track()
  await reconcile()
  await attempt()
  cluster.change('RegistrySecret', 'registry', { spec: { domain: registryHost, secretRef: { name: 'pull' } } })
  pass(60)

  await reconcile()

  expect(sent).toMatchObject([
    { trigger: 'Initial', credential: 'anonymous' },
    { trigger: 'SpecChange', credential: `${cluster.name}/${uid()}` },
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
    const { reconcile, cluster, pass, status, condition } = start()
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

describe('a copy', () => {
  type Started = ReturnType<typeof start>
  const remove = async ({ cluster }: Started) => {
    const object = cluster.get('RegistrySecret', 'registry')
    if (object) await cluster.deleteObject(object)
  }
  const replace = async (started: Started) => {
    const spec = started.cluster.get('RegistrySecret', 'registry')?.spec as object
    await remove(started)
    started.cluster.removeSecret('team', 'pull')
    started.cluster.put('RegistrySecret', 'registry', spec)
  }
  const endings: [string, (started: Started) => unknown, number][] = [
    ['its object is deleted', remove, 0],
    ['another object takes the name', replace, 0],
    ['its Secret is deleted', ({ cluster }) => cluster.removeSecret('team', 'pull'), 600],
    [
      'its Secret has no entry for the domain any more',
      ({ cluster }) => cluster.putSecret('team', 'pull', { '.dockerconfigjson': '{"auths":{}}' }),
      600,
    ],
    [
      'its object names no Secret any more',
      ({ cluster }) => cluster.change('RegistrySecret', 'registry', { spec: { domain: registryHost } }),
      0,
    ],
  ]

  it.each(endings)('T2 is deleted in the next run after %s, and remembered for 30 days', async (_, end, after) => {
    const started = start()
    const { reconcile, pass, secrets, record, copyId, uid } = started
    await reconcile()
    const [of, id] = [uid(), copyId()]
    expect(await secrets.findSecret(id)).toBeDefined()

    await end(started)
    pass(after)
    await reconcile()

    expect(await secrets.findSecret(id)).toBeUndefined()
    const expiresAtSeconds = at(after + 30 * 24 * 3600).getTime() / 1000
    expect(await record(of)).toMatchObject({ endedAt: at(after), expiresAtSeconds })
  })

  it.each(endings)('T2 is deleted after %s wherever the run is killed', async (_, end, after) => {
    const run = async (last: number) => {
      const started = start()
      const { reconcile, pass, secrets, record, copyId, uid, deps } = started
      await reconcile()
      const [of, id] = [uid(), copyId()]
      await end(started)
      pass(after)
      const kill = createKillPoint(last)
      await reconcileAll(killedBy(kill, deps)).catch(() => undefined)
      await reconcile()
      return { calls: kill.calls, copy: await secrets.findSecret(id), record: await record(of) }
    }
    const { calls } = await run(Number.POSITIVE_INFINITY)
    expect(calls).toBeGreaterThan(5)

    for (let last = 1; last <= calls; last++) {
      const { copy, record } = await run(last)
      expect([last, copy, record?.expiresAtSeconds]).toEqual([last, undefined, expect.any(Number)])
    }
  })

  it('is never without its record, and made in the next run, wherever the first is killed', async () => {
    const run = async (last: number) => {
      const { deps, reconcile, copy, record } = start()
      const kill = createKillPoint(last)
      await reconcileAll(killedBy(kill, deps)).catch(() => undefined)
      const between = { copy: await copy(), record: await record() }
      await reconcile()
      return { calls: kill.calls, between, copy: await copy(), record: await record() }
    }
    const { calls } = await run(Number.POSITIVE_INFINITY)
    expect(calls).toBeGreaterThan(5)

    for (let last = 1; last <= calls; last++) {
      const { between, copy, record } = await run(last)
      expect([last, between.copy === null || between.record !== undefined]).toEqual([last, true])
      expect([last, copy, record]).toMatchObject([last, { username: 'robot' }, { verifiedAt: at(0) }])
    }
  })

  it('is made again when the Secret is there again', async () => {
    const { reconcile, pass, cluster, record, copy } = start()
    await reconcile()
    cluster.removeSecret('team', 'pull')
    pass(600)
    await reconcile()
    cluster.putSecret('team', 'pull', dockerConfig('again'))
    pass(600)

    await reconcile()

    expect(await copy()).toMatchObject({ password: 'again' })
    expect(await record()).toMatchObject({ verifiedAt: at(1200) })
    expect(await record()).not.toHaveProperty('endedAt')
    expect(await record()).not.toHaveProperty('expiresAtSeconds')
  })

  it.each(['listObjects', 'findSecret'] as const)(
    'stays, and lives no longer, while the cluster does not answer %s',
    async call => {
      const { reconcile, pass, deps, record, copy, cluster } = start()
      await reconcile()
      await cluster.removeSecret('team', 'pull')
      pass(600)
      const down = async () => {
        throw new UnavailableError('connection refused', { kind: 'network' })
      }

      await reconcileAll({ ...deps, clusterList: [{ ...cluster, [call]: down }] })

      expect(await copy()).toMatchObject({ username: 'robot' })
      expect(await record()).toMatchObject({ verifiedAt: at(0) })
      expect(await record()).not.toHaveProperty('endedAt')
    },
  )

  it('that cannot be deleted is told, keeps nothing waiting, is used no more, and is deleted in the next run', async () => {
    const started = start()
    const { reconcile, deps, secrets, copyId, uid, record, track, sent, cluster } = started
    await reconcile()
    const [of, id] = [uid(), copyId()]
    await remove(started)
    cluster.put('RegistrySecret', 'registry', { domain: registryHost })
    track()
    const refuse = async (wanted: string) => {
      if (wanted === id) throw new UnavailableError('secret could not be deleted', { kind: 'server' })
    }

    const [result] = await reconcileAll({ ...deps, secrets: { ...secrets, deleteSecret: refuse } })

    expect(result).toMatchObject({ requested: 1, secretProblems: ['secret could not be deleted'] })
    expect(sent).toHaveLength(1)
    expect(await record(of)).toMatchObject({ endedAt: at(0) })
    await reconcile()
    expect(await secrets.findSecret(id)).toBeUndefined()
  })

  it('of a version before, under the name of the object, is deleted once', async () => {
    const { reconcile, pass, secrets, cluster } = start()
    const old = `shelflife/pull/${cluster.name}/team/registry`
    await secrets.putSecret(old, '{"username":"robot","password":"of-another-host"}')
    await reconcile()
    expect(await secrets.findSecret(old)).toBeUndefined()
    await secrets.putSecret(old, 'not touched again')
    pass(600)

    await reconcile()

    expect(await secrets.findSecret(old)).toBe('not touched again')
  })
})

const killedBy = (
  kill: ReturnType<typeof createKillPoint>,
  deps: ReturnType<typeof createReconcileFixture>['deps'],
) => ({
  ...deps,
  store: kill.wrap(deps.store),
  secrets: kill.wrap(deps.secrets),
  clusterList: deps.clusterList.map(one => kill.wrap(one)),
})
