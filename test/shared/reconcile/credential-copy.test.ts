import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AccessDeniedError, UnavailableError } from '../../../shared/errors.ts'
import { reconcileAll } from '../../../shared/reconcile/reconcile.ts'
import { startInProcessStore } from '../../support/in-process-store.ts'
import type { LocalStore } from '../../support/local-store.ts'
import { createKillPoint } from '../../support/memory-platform.ts'
import { type createReconcileFixture, registryHost } from '../../support/reconcile-fixture.ts'
import { at } from '../../support/records.ts'
import { dockerConfig, startWithSecret } from '../../support/registry-secret-fixture.ts'

let local: LocalStore
beforeAll(async () => {
  local = await startInProcessStore()
})
afterAll(() => local.close())

const start = () => startWithSecret(local.store)

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
    const { reconcile, pass, record, copy, uid } = started
    await reconcile()
    const of = uid()
    expect(await copy()).toMatchObject({ username: 'robot' })

    await end(started)
    pass(after)
    await reconcile()

    const expiresAtSeconds = at(after + 30 * 24 * 3600).getTime() / 1000
    expect(await record(of)).toMatchObject({ endedAt: at(after), expiresAtSeconds })
    expect(await record(of)).not.toHaveProperty('sealed')
  })

  it.each(endings)('T2 is deleted after %s wherever the run is killed', async (_, end, after) => {
    const run = async (last: number) => {
      const started = start()
      const { reconcile, pass, record, uid, deps } = started
      await reconcile()
      const of = uid()
      await end(started)
      pass(after)
      const kill = createKillPoint(last)
      await reconcileAll(killedBy(kill, deps)).catch(() => undefined)
      await reconcile()
      return { calls: kill.calls, record: await record(of) }
    }
    const { calls } = await run(Number.POSITIVE_INFINITY)
    expect(calls).toBeGreaterThan(5)

    for (let last = 1; last <= calls; last++) {
      const { record } = await run(last)
      expect([last, record?.sealed, record?.expiresAtSeconds]).toEqual([last, undefined, expect.any(Number)])
    }
  })

  it('is made in the next run, wherever the first is killed', async () => {
    const run = async (last: number) => {
      const { deps, reconcile, copy, record } = start()
      const kill = createKillPoint(last)
      await reconcileAll(killedBy(kill, deps)).catch(() => undefined)
      await reconcile()
      return { calls: kill.calls, copy: await copy(), record: await record() }
    }
    const { calls } = await run(Number.POSITIVE_INFINITY)
    expect(calls).toBeGreaterThan(5)

    for (let last = 1; last <= calls; last++) {
      const { copy, record } = await run(last)
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

  it('is sealed once for as long as it says the same, also while the registry refuses it', async () => {
    const { reconcile, pass, onCheck, record, deps } = start()
    await reconcile()
    const before = (await record())?.sealed
    let sealing = 0
    const seal: typeof deps.sealer.seal = (...given) => {
      sealing += 1
      return deps.sealer.seal(...given)
    }

    pass(600)
    await reconcileAll({ ...deps, sealer: { ...deps.sealer, seal } })
    onCheck(async () => {
      throw new AccessDeniedError('401', { kind: 'authentication' })
    })
    pass(600)
    await reconcileAll({ ...deps, sealer: { ...deps.sealer, seal } })

    expect(sealing).toBe(0)
    expect(await record()).toMatchObject({ sealed: before, verifiedAt: at(600), number: 2 })
  })

  it('is sealed anew where the key does not open it', async () => {
    const { reconcile, pass, record, deps, copy } = start()
    await reconcile()
    const before = (await record())?.sealed
    pass(600)

    await reconcileAll({ ...deps, sealer: { ...deps.sealer, open: async () => undefined } })

    expect((await record())?.sealed).not.toBe(before)
    expect(await copy()).toMatchObject({ password: 'p4ssw0rd' })
  })

  it('that cannot be sealed is told, keeps nothing waiting, and is made in the next run', async () => {
    const { reconcile, deps, track, sent, copy, cluster } = start()
    cluster.put('RegistrySecret', 'other', { domain: registryHost })
    track({ registryRef: { name: 'other' } })
    const seal = async () => {
      throw new UnavailableError('key: expected a key to seal with, got none', { kind: 'server' })
    }

    const [result] = await reconcileAll({ ...deps, sealer: { ...deps.sealer, seal } })

    expect(result).toMatchObject({ requested: 1, secretProblems: ['key: expected a key to seal with, got none'] })
    expect([sent.length, await copy()]).toEqual([1, null])
    await reconcile()
    expect(await copy()).toMatchObject({ username: 'robot' })
  })

  it('of more than 64 KiB is refused, says so, and keeps its neighbours from nothing', async () => {
    const { cluster, reconcile, verified, record, track, sent } = start()
    cluster.putSecret('team', 'pull', dockerConfig('x'.repeat(64 * 1024)))
    cluster.put('RegistrySecret', 'other', { domain: registryHost })
    track({ registryRef: { name: 'other' } })

    const [result] = await reconcile()

    expect(result).not.toHaveProperty('secretProblems')
    expect(verified()).toMatchObject({ status: 'False', reason: 'CredentialsMissing' })
    expect(verified()?.message).toContain('at most 64 KiB')
    expect([await record(), sent.length]).toEqual([undefined, 1])
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
  sealer: kill.wrap(deps.sealer),
  clusterList: deps.clusterList.map(one => kill.wrap(one)),
})
