import { randomUUID } from 'node:crypto'
import type { RequestListener } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRegistries } from '../../../shared/adapters/registry/registries.ts'
import { syncReasonOf } from '../../../shared/domain/sync-reason.ts'
import { AccessDeniedError } from '../../../shared/errors.ts'
import type { ObjectMeta } from '../../../shared/ports/cluster.ts'
import { reconcileAll } from '../../../shared/reconcile/reconcile.ts'
import { parseSettings, rulebookOf, type SettingsInput } from '../../../shared/settings.ts'
import { startInProcessStore } from '../../support/in-process-store.ts'
import type { LocalStore } from '../../support/local-store.ts'
import { createReconcileFixture, registryHost } from '../../support/reconcile-fixture.ts'
import { startScriptedServer } from '../adapters/http/scripted-server.ts'
import { json, refusal } from '../adapters/registry/fake-registry.ts'

let local: LocalStore
beforeAll(async () => {
  local = await startInProcessStore()
})
afterAll(() => local.close())

const otherHost = 'registry.evil.example'
type Grants = NonNullable<NonNullable<SettingsInput['registries']>[number]['grants']>

/** Asks for Basic and takes every password. */
const asking: RequestListener = (request, response) => {
  if (request.headers.authorization) json(response, 200, { tags: [] })
  else json(response, 401, refusal('UNAUTHORIZED'), { 'www-authenticate': 'Basic realm="x"' })
}

const dockerConfig = (password: string) => ({
  '.dockerconfigjson': JSON.stringify({ auths: { [registryHost]: { username: 'robot', password } } }),
})

/** Two registries behind real readers, one of them with a `pullSecret`; syncs ask for access with what they are told. */
async function start(grants: Grants = []) {
  const [ours, other] = [await startScriptedServer(asking), await startScriptedServer(asking)]
  const settings = parseSettings({
    registries: [
      { host: registryHost, endpoint: ours.url, pullSecret: 'pull', grants },
      { host: otherHost, endpoint: other.url },
    ],
  })
  const fixture = createReconcileFixture(local.store, randomUUID())
  const { cluster, secrets, sealer, sent } = fixture
  await secrets.putSecret('pull', '{"username":"installation","password":"x"}')
  await cluster.deleteObject(cluster.put('RegistrySecret', 'registry', {}))
  const { reader } = createRegistries({ settings, secrets, sealer, store: local.store, now: fixture.deps.now })
  const deps = { ...fixture.deps, rulebook: rulebookOf(settings), readerFor: reader }
  const heard = (server: typeof ours) =>
    server.requests.flatMap(({ headers }) =>
      headers.authorization ? [Buffer.from(headers.authorization.replace('Basic ', ''), 'base64').toString()] : [],
    )
  return {
    ...fixture,
    settings,
    /** `user:password` that each registry was told. */
    told: { ours: () => heard(ours), other: () => heard(other) },
    put: (name: string, spec: object, metadata?: Partial<ObjectMeta>) =>
      cluster.put('RegistrySecret', name, spec, metadata),
    track: (spec: object, metadata?: Partial<ObjectMeta>) => cluster.put('Repository', 'app', spec, metadata),
    reconcile: () => reconcileAll(deps),
    /** Reads what was asked for last, as sync does; the error where that failed. */
    async sync() {
      const request = sent.at(-1)
      if (!request) throw new Error('expected a request')
      const { registry, repository, credential } = request
      return reader(registry, { repository, credential })
        .then(found => found.checkAccess())
        .catch((error: Error) => error)
    },
  }
}

describe('a credential that a RegistrySecret brought', () => {
  const spec = { domain: registryHost, secretRef: { name: 'pull' } }
  const repository = { repository: 'team/app', registryRef: { name: 'harbor' } }

  it('T2 is not sent to the host of the object that takes its name', async () => {
    const { cluster, put, track, reconcile, sync, told, secrets, sent } = await start()
    cluster.putSecret('team', 'pull', dockerConfig('of-the-victim'))
    const before = put('harbor', spec)
    await secrets.putSecret(`shelflife/pull/${cluster.name}/team/harbor`, '{"username":"robot","password":"of-before"}')
    await reconcile()
    await cluster.deleteObject(before)
    put('harbor', { domain: otherHost, secretRef: { name: 'does-not-exist' } })
    track(repository)

    await reconcile()
    const outcome = await sync()

    expect(sent).toMatchObject([{ registry: otherHost }])
    expect(outcome).toMatchObject({ name: 'AccessDeniedError', message: expect.stringContaining('RegistrySecret') })
    expect(told.other()).toEqual([])
    for (const name of ['team/harbor', before.metadata.uid])
      expect(await secrets.findSecret(`shelflife/pull/${cluster.name}/${name}`)).toBeUndefined()
  })

  it.each([registryHost, otherHost])(
    'T2 is not sent by a request of before to %s, once its object is gone',
    async registry => {
      const { cluster, put, track, reconcile, sync, told, sent } = await start()
      cluster.putSecret('team', 'pull', dockerConfig('of-the-victim'))
      const before = put('harbor', spec)
      track(repository)
      await reconcile()
      await cluster.deleteObject(before)
      await reconcile()
      const heardBefore = told.ours().length
      const [request] = sent
      if (request) sent.push({ ...request, registry })

      expect(await sync()).toMatchObject({ name: 'AccessDeniedError' })
      expect([told.ours().length, told.other()]).toEqual([heardBefore, []])
    },
  )

  it('F32 that is rotated reaches syncs within one interval of verification', async () => {
    const { cluster, put, track, reconcile, sync, told, pass } = await start()
    cluster.putSecret('team', 'pull', dockerConfig('old'))
    put('harbor', { ...spec, verifyInterval: '5m' })
    track(repository)
    await reconcile()
    cluster.putSecret('team', 'pull', dockerConfig('new'))
    pass(300)

    await reconcile()
    await sync()

    expect(told.ours().at(-1)).toBe('robot:new')
  })

  it('is not used once the registry has not accepted it for a day, however long nobody could ask', async () => {
    const { cluster, put, track, reconcile, sync, pass } = await start()
    cluster.putSecret('team', 'pull', dockerConfig('old'))
    put('harbor', spec)
    track(repository)
    await reconcile()
    expect(await sync()).toMatchObject({ latencyMs: expect.any(Number) })

    pass(24 * 3600 + 1)

    expect(await sync()).toMatchObject({ name: 'AccessDeniedError', message: expect.stringContaining('24h') })
  })
})

describe('without a credential of its own', () => {
  const anonymous = { domain: registryHost }
  const ref = { registryRef: { name: 'anon' } }

  it('T3 a namespace does not read with the credential of the installation, and is told which setting would let it', async () => {
    const { put, track, reconcile, sync, told, sent, attempt, condition, path } = await start()
    put('anon', anonymous)
    track({ repository: path, ...ref })
    await reconcile()

    expect(sent).toMatchObject([{ credential: 'anonymous' }])
    expect(await sync()).toMatchObject({ name: 'AccessDeniedError' })
    expect(told.ours()).toEqual([])
    await attempt({ succeeded: false, reason: 'RegistryAccessDenied', message: 'got 401' })
    await reconcile()
    expect(condition('Synced')?.message).toMatch(
      new RegExp(`^got 401; .*registries\\[${registryHost}\\]\\.grants: \\{.*"${path}".*\\}$`),
    )
  })

  it('T3 it reads with that credential below the paths that are granted to it, and nowhere else', async () => {
    const { cluster, put, reconcile, sync, told, sent, track } = await start([
      { clusters: ['*'], namespaces: ['team'], repositories: ['{label:team}/**'], may: ['read'] },
    ])
    cluster.label('team', { team: 'payments' })
    put('anon', anonymous)
    track({ repository: 'payments/api', ...ref })
    await reconcile()
    await sync()
    const heard = told.ours()
    track({ repository: 'bank/api', ...ref })
    await reconcile()

    expect(sent).toMatchObject([
      { repository: 'payments/api', credential: 'installation' },
      { repository: 'bank/api', credential: 'anonymous' },
    ])
    expect(new Set(heard)).toEqual(new Set(['installation:x']))
    const verified = cluster.get('RegistrySecret', 'anon')?.status.verifyMessage
    expect(verified).toContain('the registry answers')
    expect(verified).not.toContain('accepted the credential')
  })

  it('T3 a cluster that may not list namespaces has no labels, and its plain grants hold', async () => {
    const { cluster, put, reconcile, sent, track } = await start([
      { clusters: ['*'], namespaces: ['team'], repositories: ['{label:team}/**', 'plain/*'], may: ['read'] },
    ])
    cluster.label('team', { team: 'payments' })
    cluster.listNamespaces = async () => {
      throw new AccessDeniedError('403')
    }
    put('anon', anonymous)
    for (const repository of ['payments/api', 'plain/app']) {
      track({ repository, ...ref })
      await reconcile()
    }

    expect(sent).toMatchObject([{ credential: 'anonymous' }, { credential: 'installation' }])
  })
})

describe('audit F7: the reason that is shown', () => {
  const repository = { repository: 'team/app', tag: 'v1', registryRef: { name: 'harbor' } }

  /** Reconciles, syncs as the queue would, and shows how it ended. */
  async function shown({ reconcile, sync, sent, attempt, condition }: Awaited<ReturnType<typeof start>>) {
    await reconcile()
    const error = await sync()
    if (!(error instanceof Error)) throw new Error('expected a failure')
    await attempt({ succeeded: false, reason: syncReasonOf(error), message: error.message }, sent.at(-1)?.credential)
    await reconcile()
    return condition('Synced')
  }

  it('names the Secret that the RegistrySecret of the namespace names, and no secret of ours', async () => {
    const fixture = await start()
    fixture.put('harbor', { domain: registryHost, secretRef: { name: 'nope' } })
    fixture.track({ ...repository, repository: fixture.path })

    const synced = await shown(fixture)

    expect(synced).toMatchObject({ status: 'False', reason: 'CredentialsMissing' })
    expect(synced?.message).toContain(
      `RegistrySecret team/harbor: expected Secret team/nope with an entry for ${registryHost}`,
    )
    expect(synced?.message).not.toMatch(/shelflife\/|eu-1\//)
  })

  it('names to those that it is lent to nothing but the RegistrySecret', async () => {
    const fixture = await start()
    const accessFrom = { namespaces: ['team'], repositories: ['team/*'] }
    const spec = { domain: registryHost, secretRef: { name: 'nope' }, accessFrom }
    fixture.put('harbor', spec, { namespace: 'platform' })
    fixture.track({ ...repository, repository: fixture.path, registryRef: { name: 'harbor', namespace: 'platform' } })

    const synced = await shown(fixture)

    expect(synced).toMatchObject({ status: 'False', reason: 'CredentialsMissing' })
    expect(synced?.message).not.toMatch(/nope|shelflife\//)
  })
})
