import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isKnown } from '../../../shared/sweep/world/read-policy-world.ts'
import { readRepositoryWorld } from '../../../shared/sweep/world/read-world.ts'
import { type Loopback, startLoopback } from '../../support/loopback.ts'
import { usageOf } from '../../support/records.ts'
import { rulebookWith } from '../../support/rulebook.ts'
import type { Shown } from '../../support/shown-reader.ts'
import { createTenants } from '../../support/tenants-fixture.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterAll(() => world.close())

/** `shop` tracks v1 of a repository that it can read. */
async function start() {
  const tenants = createTenants(world)
  const { digest } = await world.push({ repository: tenants.path, tag: 'v1' })
  await world.push({ repository: tenants.path, tag: 'v2' })
  tenants.join('shop', { tag: 'v1' })
  await tenants.settle()
  return { ...tenants, digest }
}

describe('T5 an object with another credential for the same path', () => {
  it.each<[string, Shown, string]>([
    ['p401: is anonymous, and the registry answers 401', 401, 'AuthenticationFailed'],
    ['hidden: is a stranger, and the registry answers 404', 404, 'RepositoryNotFound'],
    ['is a stranger, and the registry lists nothing', 'empty', 'RepositoryNotFound'],
  ])('%s: each shows its own outcome, and syncs do not take turns', async (name, what, reason) => {
    const { join, show, settle, pass, condition, status, digest, made, credentialOf } = await start()
    join('evil', { tag: 'v1' }, { isAnonymous: name.startsWith('p401') })
    show('evil', what)
    await settle()
    made.length = 0

    await pass(30)

    expect(condition('shop')).toMatchObject({ status: 'True', reason: 'SyncSucceeded' })
    expect(status('shop')).toMatchObject({ digest, failureCount: 0 })
    expect(condition('evil')).toMatchObject({ status: 'False', reason })
    expect(JSON.stringify(status('evil'))).not.toContain('sha256:')
    // Of its own: the retries after the first try, and none of the other's.
    expect(made.map(request => request.credential)).toEqual(Array(3).fill(credentialOf('evil')))
  })

  it('saboteur: gives it a millisecond and retries without end: the other is neither Failed nor unsweepable', async () => {
    const { join, show, settle, pass, condition, made, id, credentialOf } = await start()
    join('evil', { timeout: '1ms', syncInterval: '1m', retryCount: 20, retryInterval: '1s' })
    show('evil', 401)
    await settle()

    await pass(3)

    expect(condition('shop')).toMatchObject({ status: 'True' })
    expect(isKnown(await readRepositoryWorld(id, world.store, rulebookWith()))).toBe(true)
    const [own, evil] = ['shop', 'evil'].map(namespace =>
      made.filter(({ credential }) => credential === credentialOf(namespace)),
    )
    expect(own?.map(request => request.timeoutMs)).toEqual([600_000])
    expect(new Set(evil?.map(request => request.timeoutMs))).toEqual(new Set([1000]))
  })

  it('of the same credential shortens neither the time of a sync, nor the retries of the other', async () => {
    const tenants = createTenants(world)
    const { join, show, settle, pass, made, condition, cluster, path } = tenants
    await world.push({ repository: path, tag: 'v1' })
    join('shop', { tag: 'v1', retryCount: 3, retryInterval: '2m', timeout: '5m' }, { isAnonymous: true })
    join('evil', { timeout: '1ms', retryCount: 20, retryInterval: '1s' }, { isAnonymous: true })
    show('shop', 401)
    await settle()
    await pass(1, 2)
    expect(made.length).toBeGreaterThan(20)
    expect(new Set(made.map(request => request.timeoutMs))).toEqual(new Set([300_000]))
    await cluster.deleteObject(cluster.get('Repository', 'app', 'evil') ?? expect.fail('expected the object'))
    expect(condition('shop', 'Stalled')?.status).toBe('False')
    made.length = 0
    show('shop', undefined)

    await pass(3)

    expect(made).toMatchObject([{ trigger: 'Retry' }])
    expect(condition('shop')).toMatchObject({ status: 'True' })
  })
})

describe('T3 an object that was just made', () => {
  it('shows nothing that was read before, until its own credential has read it', async () => {
    const { join, show, status, settle, tick, pass, id, digest, condition } = await start()
    await world.store.saveUsage([usageOf(id, { namespace: 'shop' })])
    await pass(2)
    join('late', { tag: 'v1' })
    join('evil', {})
    show('evil', 401)

    await tick()

    for (const namespace of ['late', 'evil']) {
      expect(condition(namespace)).toMatchObject({ status: 'Unknown', reason: 'Syncing' })
      for (const field of ['digest', 'manifest', 'usage', 'artifactCount', 'latestTag', 'role'])
        expect(status(namespace)).not.toHaveProperty(field)
    }
    await settle()
    expect(status('late')).toMatchObject({ digest, artifactCount: 2, usage: { inUse: true, workloadCount: 1 } })
    expect(condition('evil')).toMatchObject({ status: 'False', reason: 'AuthenticationFailed' })
    for (const field of ['usage', 'artifactCount', 'latestTag']) expect(status('evil')).not.toHaveProperty(field)
  })

  it('is met by its own first sync, also where the clock of its cluster is ahead', async () => {
    const { join, settle, pass, made, condition, now, credentialOf } = await start()
    join('late', { tag: 'v1' }, { createdAt: new Date(now().getTime() + 600_000) })

    await settle()
    await pass(5)

    expect(condition('late')).toMatchObject({ status: 'True' })
    expect(made.filter(({ credential }) => credential === credentialOf('late'))).toHaveLength(1)
  })

  it('waits for a read of its own though the same credential had read before', async () => {
    const { join, settle, tick, pass, made, condition, status } = await start()
    await pass(2)
    made.length = 0
    join('shop', { tag: 'v2' })

    await tick()
    const before = status('shop')
    await settle()

    expect(before).toMatchObject({ syncStatus: 'Syncing' })
    for (const field of ['digest', 'artifactCount', 'usage']) expect(before).not.toHaveProperty(field)

    expect(made).toMatchObject([{ trigger: 'Initial' }])
    expect(condition('shop')).toMatchObject({ status: 'True', message: expect.stringContaining('tag v2 is') })
  })

  it('shows nothing of a tag that the registry hides from its credential, though it reads the others', async () => {
    const { join, show, settle, status, condition, digest } = await start()
    join('evil', { tag: 'v1' })
    show('evil', ['v2'])

    await settle()

    expect(condition('evil')).toMatchObject({ status: 'False', reason: 'TagNotFound' })
    expect(JSON.stringify(status('evil'))).not.toContain(digest)
    expect(condition('shop')).toMatchObject({ status: 'True' })
  })

  it('that may not read any more shows of a tag what it read itself, and not where it moved since', async () => {
    const { join, show, settle, pass, path, status, digest } = await start()
    join('evil', { tag: 'v1', syncInterval: '1m' })
    await settle()
    show('evil', 403)
    await pass(2)
    expect(status('evil')).toMatchObject({ syncStatus: 'Failed', digest })
    expect(status('evil')).not.toHaveProperty('artifactCount')
    await world.push({ repository: path, tag: 'v1', seed: 'moved' })

    await pass(67)

    expect(status('shop').digest).not.toBe(digest)
    expect(status('evil')).not.toHaveProperty('digest')
  })
})

describe('T3 a workload of another namespace', () => {
  it('is counted and not named', async () => {
    const { id, settle, status, condition, cluster, now } = await start()
    const inShop = { cluster: cluster.name, namespace: 'shop' }
    await world.store.saveUsage([
      usageOf(id, { ...inShop, name: 'own' }),
      usageOf(id, { ...inShop, namespace: 'bank', name: 'secret-project' }),
      usageOf(id, { ...inShop, cluster: 'us-1', name: 'elsewhere' }),
    ])

    await settle()

    const { usage, cleanup } = status('shop')
    expect(usage).toMatchObject({
      workloadCount: 3,
      workloads: [{ kind: 'Deployment', namespace: 'shop', name: 'own' }],
    })
    expect(cleanup).toMatchObject({ protectedBy: `Deployment shop/own in cluster ${cluster.name}` })
    expect(condition('shop', 'InUse')).toMatchObject({
      message: '3 workloads refer to it, and 2 of them are of other namespaces',
    })
    await world.store.saveUsage([usageOf(id, { ...inShop, name: 'own', endedAt: now() })])
    await settle()
    expect(status('shop').cleanup).toMatchObject({ protectedBy: 'an object of another namespace' })
    expect(JSON.stringify([status('shop'), cluster.events])).not.toMatch(/secret-project|elsewhere/)
  })
})

describe('spec.timeout', () => {
  it.each([
    ['1ms', 1000, 'spec.timeout counts as 1s, the least that there is'],
    ['1h', 840_000, 'spec.timeout counts as 14m, the most that there is'],
  ])('of %s counts within its bounds, and the status says so', async (timeout, timeoutMs, note) => {
    const { join, settle, made, status } = await start()
    join('late', { tag: 'v1', timeout })

    await settle()

    expect(made.at(-1)).toMatchObject({ timeoutMs })
    expect(status('late').syncMessage).toContain(note)
  })
})

it('of two credentials each is asked for by attempts of its own', async () => {
  const { join, pass, made } = await start()
  join('other', { tag: 'v1', syncInterval: '60m' })

  await pass(130)

  const attempts = made.map(({ attempt }) => attempt)
  expect(attempts.length).toBeGreaterThanOrEqual(5)
  expect(new Set(attempts).size).toBe(attempts.length)
})

describe('a request says for whose objects it is due', () => {
  it('and leaves out those that share it and wait for a later one', async () => {
    const { join, settle, pass, made, cluster, path } = createTenants(world)
    await world.push({ repository: path, tag: 'v1' })
    join('shop', { tag: 'v1', syncInterval: '10m' }, { isAnonymous: true })
    join('bank', { tag: 'v1', syncInterval: '24h' }, { isAnonymous: true })
    join('loner', { tag: 'v1', syncInterval: '24h' })
    await settle()
    const first = made.splice(0).map(({ namespaces }) => namespaces)
    await pass(12)

    const of = (...names: string[]) => names.map(name => `${cluster.name}/${name}`)
    expect(first.toSorted()).toEqual([of('bank', 'shop'), of('loner')])
    expect(made.map(({ namespaces }) => namespaces)).toEqual([of('shop')])
  })
})
