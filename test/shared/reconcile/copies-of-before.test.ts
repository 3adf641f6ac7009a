import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CredentialRecord } from '../../../shared/domain/records/installation.ts'
import { reconcileAll } from '../../../shared/reconcile/reconcile.ts'
import { startInProcessStore } from '../../support/in-process-store.ts'
import type { LocalStore } from '../../support/local-store.ts'
import { createKillPoint } from '../../support/memory-platform.ts'
import { registryHost } from '../../support/reconcile-fixture.ts'
import { at } from '../../support/records.ts'
import { dockerConfig, startWithSecret } from '../../support/registry-secret-fixture.ts'

let local: LocalStore
beforeAll(async () => {
  local = await startInProcessStore()
})
afterAll(() => local.close())

const day = 24 * 3600

/** A copy that a version before made: a record that knows of no sealed one, and a secret. */
async function start() {
  const fixture = startWithSecret(local.store)
  const { cluster, deps, secrets, uid, secretId, record } = fixture
  const deleted: string[] = []
  const { deleteSecret } = secrets
  secrets.deleteSecret = async id => {
    deleted.push(id)
    await deleteSecret(id)
  }
  const names = { cluster: cluster.name, uid: uid(), namespace: 'team', name: 'registry', host: registryHost }
  await secrets.putSecret(secretId(), 'of before')
  await local.store.saveCredential({ ...names, secretId: secretId(), verifiedAt: at(-60) }, undefined)
  const [of, id] = [uid(), secretId()]
  return {
    ...fixture,
    deleted: () => deleted.filter(one => one === id).length,
    secret: () => secrets.findSecret(id),
    record: () => record(of),
    copy: () => fixture.copy(of),
    /** A version before carries over what it does not know. */
    writeAsBefore: async (change: Partial<CredentialRecord> = {}) => {
      const found = await record(of)
      if (!found) throw new Error('expected a record')
      const { number: _, ...draft } = found
      await local.store.saveCredential({ ...draft, ...change }, found)
      await secrets.putSecret(id, 'of before')
    },
    removeObject: async () => {
      const object = cluster.get('RegistrySecret', 'registry')
      if (object) await cluster.deleteObject(object)
    },
    reconcileKilledAfter: async (last: number) => {
      const kill = createKillPoint(last)
      const clusterList = deps.clusterList.map(one => kill.wrap(one))
      const wrapped = { store: kill.wrap(deps.store), secrets: kill.wrap(secrets), sealer: kill.wrap(deps.sealer) }
      await reconcileAll({ ...deps, ...wrapped, clusterList }).catch(() => undefined)
      return kill.calls
    },
  }
}
type Started = Awaited<ReturnType<typeof start>>

describe('a copy that a version before made', () => {
  it('is sealed at the next verification, and its secret is there for versions before for a day', async () => {
    const { reconcile, pass, copy, secret, deleted } = await start()

    await reconcile()
    expect([await copy(), await secret()]).toMatchObject([{ password: 'p4ssw0rd' }, 'of before'])
    pass(day - 1)
    await reconcile()
    expect(await secret()).toBe('of before')
    pass(600)
    await reconcile()

    expect([await copy(), await secret(), deleted()]).toMatchObject([{ password: 'p4ssw0rd' }, undefined, 1])
  })

  it('costs no call once it is deleted', async () => {
    const { reconcile, pass, deleted, record } = await start()
    for (const seconds of [0, day, 600, 600]) {
      pass(seconds)
      await reconcile()
    }

    expect(deleted()).toBe(1)
    expect(await record()).not.toHaveProperty('secretEndsAt')
  })

  it.each<[string, (started: Started) => Promise<unknown>]>([
    ['before it is sealed', async () => undefined],
    ['after it was sealed', ({ reconcile }) => reconcile()],
  ])('T2 is deleted in the next run after its object is, %s', async (_, before) => {
    const started = await start()
    const { reconcile, record, removeObject, secret } = started
    await before(started)
    await removeObject()

    await reconcile()

    expect(await secret()).toBeUndefined()
    expect(await record()).toMatchObject({ endedAt: at(0), expiresAtSeconds: expect.any(Number) })
    expect(await record()).not.toHaveProperty('sealed')
  })

  it.each<[string, number, (started: Started) => Promise<unknown>]>([
    ['its object is deleted', 0, ({ removeObject }) => removeObject()],
    [
      'its object is deleted that was sealed',
      0,
      async ({ reconcile, removeObject }) => {
        await reconcile()
        await removeObject()
      },
    ],
    ['a day has passed since it was sealed', day, ({ reconcile }) => reconcile()],
  ])('is deleted once %s wherever the run is killed', async (_, seconds, happen) => {
    const run = async (last: number) => {
      const started = await start()
      const { reconcile, reconcileKilledAfter, pass, secret } = started
      await happen(started)
      pass(seconds)
      const calls = await reconcileKilledAfter(last)
      pass(600)
      await reconcile()
      return { calls, secret: await secret() }
    }
    const { calls } = await run(Number.POSITIVE_INFINITY)
    expect(calls).toBeGreaterThan(4)

    for (let last = 1; last <= calls; last++) expect([last, (await run(last)).secret]).toEqual([last, undefined])
  })
})

describe('a version before that runs again', () => {
  it('has what it wrote sealed once this one is back, and its secret for a day again', async () => {
    const { reconcile, pass, cluster, copy, secret, writeAsBefore } = await start()
    await reconcile()
    pass(2 * day)
    await reconcile()
    cluster.putSecret('team', 'pull', dockerConfig('rotated'))
    await writeAsBefore({ verifiedAt: at(2 * day) })

    expect(await copy()).toBeNull()
    pass(600)
    await reconcile()

    expect([await copy(), await secret()]).toMatchObject([{ password: 'rotated' }, 'of before'])
    pass(day)
    await reconcile()
    expect(await secret()).toBeUndefined()
  })

  it('T2 leaves nothing sealed of what it ended', async () => {
    const { reconcile, record, removeObject, writeAsBefore } = await start()
    await reconcile()
    await removeObject()
    await writeAsBefore({ endedAt: at(0), expiresAtSeconds: 2_000_000_000 })
    expect(await record()).toHaveProperty('sealed')

    await reconcile()

    expect(await record()).toMatchObject({ endedAt: at(0), expiresAtSeconds: expect.any(Number) })
    expect(await record()).not.toHaveProperty('sealed')
  })
})
