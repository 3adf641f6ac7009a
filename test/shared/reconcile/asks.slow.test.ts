import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Digest } from '../../../shared/domain/digest.ts'
import { type Loopback, startLoopback } from '../../support/loopback.ts'
import { tagDraft } from '../../support/records.ts'
import { isMet, startSynced as synced } from '../../support/synced-tenant.ts'
import { createTenants } from '../../support/tenants-fixture.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterAll(() => world.close())

/** Objects of a registry that nobody has read yet. */
const start = () => createTenants(world)

const startSynced = (spec: object = {}) => synced(world, spec)

describe('audit F1: an image that is pushed after its object failed', () => {
  it('ends the failure within the hint, of each credential', async () => {
    const { join, pass, hint, look, work, condition, path } = start()
    join('shop', { tag: 'v1', syncInterval: '24h', retryCount: 1 })
    join('bank', { tag: 'v1', syncInterval: '24h', retryCount: 1 })
    await pass(10)
    for (const namespace of ['shop', 'bank']) {
      expect(condition(namespace)).toMatchObject({ status: 'False', reason: 'RepositoryNotFound' })
      expect(condition(namespace, 'Stalled')).toMatchObject({ status: 'True' })
    }
    await world.push({ repository: path, tag: 'v1' })

    await hint('v1')
    await work()
    await look()

    for (const namespace of ['shop', 'bank']) {
      expect(condition(namespace)).toMatchObject({ status: 'True', message: expect.stringContaining('sha256:') })
      expect(condition(namespace, 'Stalled')).toMatchObject({ status: 'False' })
    }
  })

  it('of a tag that was missing from what is read, too', async () => {
    const { join, pass, look, hint, condition, status, path } = start()
    await world.push({ repository: path, tag: 'v0' })
    join('shop', { tag: 'v1', syncInterval: '24h' })
    await pass(2)
    await look()
    expect(condition('shop')).toMatchObject({ status: 'False', reason: 'TagNotFound' })
    await world.push({ repository: path, tag: 'v1' })

    await hint('v1')

    expect(condition('shop')).toMatchObject({ status: 'True' })
    expect(status('shop')).toMatchObject({ failureCount: 0 })
    expect(status('shop').history).toMatchObject([{ reason: 'TagNotFound' }, { reason: 'TagNotFound' }])
  })
})

describe('audit F2: a tag that is not there yet', () => {
  it('is looked for as often as the object says, and counted', async () => {
    const { join, pass, look, made, status, condition, path } = start()
    await world.push({ repository: path, tag: 'v0' })
    join('shop', { tag: 'v1', retryCount: 2, retryInterval: '2m', syncInterval: '24h' })
    await pass(1)
    await look()
    expect(status('shop')).toMatchObject({ failureCount: 1, nextSyncTime: '2026-01-01T00:03:00Z' })
    expect(condition('shop', 'Stalled')).toMatchObject({ status: 'False' })

    await pass(20)

    expect(made.map(request => request.trigger)).toEqual(['Initial', 'Retry', 'Retry'])
    expect(status('shop')).toMatchObject({ failureCount: 3, nextSyncTime: '2026-01-02T00:05:00Z' })
    expect(status('shop').history).toMatchObject(
      [3, 2, 1].map(attempt => ({ result: 'Failed', reason: 'TagNotFound', attempt })),
    )
    expect(condition('shop', 'Stalled')).toMatchObject({ status: 'True', reason: 'RetriesExhausted' })
  })

  it('is found by a retry where no registry tells of pushes, and costs others of the credential nothing', async () => {
    const { join, pass, status, condition, path, cluster } = start()
    await world.push({ repository: path, tag: 'v0' })
    join('shop', { tag: 'v1', retryCount: 5, retryInterval: '1m', syncInterval: '24h' })
    const spec = { repository: path, tag: 'v0', registryRef: { name: 'registry' } }
    cluster.put('Repository', 'other', spec, { namespace: 'shop' })
    await pass(2)
    expect(cluster.get('Repository', 'other', 'shop')?.status).toMatchObject({ failureCount: 0, syncStatus: 'Success' })
    await world.push({ repository: path, tag: 'v1' })

    await pass(3)

    expect(condition('shop')).toMatchObject({ status: 'True' })
    expect(status('shop')).toMatchObject({ failureCount: 0 })
  })
})

describe.each([true, false])('audit F3: an annotation, counted by the cluster: %s', counted => {
  it('is answered by nothing but a read that was asked for since', async () => {
    const tenants = await startSynced()
    const { annotate, look, work, move, status, condition } = tenants
    const moved = await move('moved')
    annotate('shop', 'true', { counted })
    const atOnce = isMet(tenants, 'shop')

    await look()
    const heard = [isMet(tenants, 'shop'), status('shop').lastHandledManualSync, condition('shop')?.reason]
    await work()
    await look()

    // Where the cluster does not count, whoever waits asks for lastHandledManualSync first.
    expect(atOnce).toBe(!counted)
    expect(heard).toEqual([false, 'true', 'Syncing'])
    expect(isMet(tenants, 'shop')).toBe(true)
    expect(status('shop')).toMatchObject({ digest: moved })
  })

  it('is not answered by a sync that another object of the credential asked for', async () => {
    const tenants = await startSynced()
    const { annotate, look, work, lose, status, cluster, path } = tenants
    annotate('shop', 'true', { counted })
    await look()
    lose()
    const spec = { repository: path, registryRef: { name: 'registry' } }
    cluster.put('Repository', 'other', spec, { namespace: 'shop' })
    const asked = status('shop').requestedSync

    await look()
    lose()
    expect(isMet(tenants, 'shop')).toBe(false)
    await look()
    await work()
    await look()

    expect(isMet(tenants, 'shop')).toBe(true)
    expect(status('shop')).toMatchObject({ answeredSync: asked })
    expect(status('shop')).not.toHaveProperty('requestedSync')
  })

  it.each(['recordEvent', 'applyStatus', 'findObject', 'annotate'] as const)(
    'is answered by a new read though reconcile is killed before and after %s',
    async method => {
      for (const isDone of [false, true]) {
        const tenants = await startSynced()
        const { annotate, look, work, move, status, cluster } = tenants
        const original = cluster[method]
        annotate('shop', 'first', { counted })
        await look()
        await work()
        const moved = await move(`moved ${method} ${isDone}`)
        annotate('shop', 'second', { counted })
        const killed = async (...args: never[]) => {
          if (isDone) await (original as (...all: never[]) => Promise<unknown>).apply(cluster, args)
          throw new Error('killed')
        }
        Object.assign(cluster, { [method]: killed })
        await look().catch(() => undefined)
        Object.assign(cluster, { [method]: original })

        for (let minute = 0; minute < 4; minute++) {
          await look()
          if (isMet(tenants, 'shop')) expect(status('shop')).toMatchObject({ digest: moved })
          await work()
        }
        await look()

        expect(isMet(tenants, 'shop')).toBe(true)
        expect(status('shop')).toMatchObject({ digest: moved, lastHandledManualSync: 'second' })
        expect(status('shop')).not.toHaveProperty('requestedSync')
      }
    },
  )

  it('is heard twice with the same value', async () => {
    const tenants = await startSynced()
    const { annotate, look, work, made } = tenants
    made.length = 0
    for (let time = 0; time < 2; time++) {
      annotate('shop', 'true', { counted })
      await look()
      expect(isMet(tenants, 'shop')).toBe(false)
      await work()
      await look()
      expect(isMet(tenants, 'shop')).toBe(true)
    }

    expect(made.map(({ trigger }) => trigger)).toEqual(['Manual', 'Manual'])
  })

  it('is heard once its registry is found', async () => {
    const tenants = await startSynced()
    const { annotate, look, work, cluster, made, move, status } = tenants
    const moved = await move('moved')
    const secret = cluster.get('RegistrySecret', 'registry', 'shop')
    if (!secret) throw new Error('expected the RegistrySecret')
    await cluster.deleteObject(secret)
    made.length = 0
    annotate('shop', 'true', { counted })
    await look()
    expect(cluster.get('Repository', 'app', 'shop')?.metadata.annotations).toEqual({})
    cluster.put('RegistrySecret', 'registry', secret.spec as object, { namespace: 'shop', uid: secret.metadata.uid })

    await look()
    expect(isMet(tenants, 'shop')).toBe(false)
    await work()
    await look()

    expect(status('shop')).toMatchObject({ digest: moved })
    expect(made).toHaveLength(1)
  })
})

describe('audit F4: a new object', () => {
  it('for a tag that is known shows no digest of before, whatever the clocks say', async () => {
    const tenants = await startSynced()
    const { join, look, work, cluster, move, now } = tenants
    join('late', { tag: 'v1' }, { createdAt: new Date(0) })
    await cluster.deleteObject(cluster.get('Repository', 'app', 'shop') ?? expect.fail('expected the object'))
    join('shop', { tag: 'v1' }, { createdAt: new Date(now().getTime() - 600_000) })
    const moved = await move('moved')

    await look()
    expect([isMet(tenants, 'shop'), isMet(tenants, 'late')]).toEqual([false, false])
    expect(cluster.get('Repository', 'app', 'shop')?.status).not.toHaveProperty('digest')
    await work()
    await look()

    for (const namespace of ['shop', 'late'])
      expect(cluster.get('Repository', 'app', namespace)?.status).toMatchObject({
        digest: moved,
        syncStatus: 'Success',
      })
  })

  it('asks again in the same words until it is answered, and in other words for another reason', async () => {
    const { join, look, lose, work, made, annotate } = await startSynced()
    made.length = 0
    join('late', { tag: 'v1' })
    for (let time = 0; time < 3; time++) {
      await look()
      if (time < 2) await work()
    }

    const [first] = made
    expect(made).toHaveLength(1)
    lose()
    annotate('late', 'true')
    await look()
    await work()
    expect(made).toHaveLength(2)
    expect(made[1]?.attempt).not.toBe(first?.attempt)
  })
})

describe('audit F5: a first sync that fails', () => {
  it('shows at once, with its Event and its history', async () => {
    const { join, look, work, show, condition, status, cluster } = start()
    join('shop', { tag: 'v1' })
    show('shop', 403)

    await look()
    await work()
    await look()

    expect(condition('shop')).toMatchObject({ status: 'False', reason: 'PermissionDenied' })
    expect(cluster.events).toMatchObject([expect.anything(), { type: 'Warning', reason: 'PermissionDenied' }])
    expect(status('shop')).toMatchObject({ failureCount: 1, history: [{ result: 'Failed', trigger: 'Initial' }] })
  })

  it('and then succeeds keeps it in its history', async () => {
    const { join, pass, show, status, path } = start()
    await world.push({ repository: path, tag: 'v1' })
    join('shop', { tag: 'v1' })
    show('shop', 403)
    await pass(1)
    show('shop', undefined)

    await pass(2)

    expect(status('shop').history).toMatchObject([
      { result: 'Success', trigger: 'Retry' },
      { result: 'Failed', trigger: 'Initial', reason: 'PermissionDenied' },
    ])
  })
})

describe('audit F6: a sync that was put off', () => {
  const message = 'the host asked to be left alone'

  it('counts for nothing, is told with its time, and is made then', async () => {
    const { saveSync, look, work, made, status, condition, now, pass, cluster } = await startSynced()
    const until = new Date(now().getTime() + 90_000)
    const deferred = { attempt: 'retry:x', trigger: 'Scheduled' as const, asks: ['of-another:'], until, message }
    await saveSync({ deferred })
    made.length = 0
    const events = cluster.events.length

    await look()
    await work()

    const time = '2026-01-01T00:01:32Z'
    expect(made).toEqual([])
    expect(condition('shop')).toMatchObject({ status: 'True', message: expect.not.stringContaining(message) })
    expect(status('shop')).toMatchObject({ failureCount: 0, nextSyncTime: time, syncStatus: 'Success' })
    expect(status('shop').syncMessage).toContain(`${message}; tried again at ${time}`)
    expect(cluster.events).toHaveLength(events)
    await pass(2)
    expect(made).toMatchObject([{ attempt: `retry:x~${until.toISOString()}`, asks: ['of-another:'] }])
  })

  it('keeps whoever waits for it waiting, with the reason', async () => {
    const { saveSync, annotate, look, work, made, condition, now } = await startSynced()
    const until = new Date(now().getTime() + 90_000)
    await saveSync({ deferred: { attempt: 'retry:x', trigger: 'Scheduled', asks: [], until, message } })
    made.length = 0
    annotate('shop', 'true')

    await look()
    await work()

    expect(made).toEqual([])
    expect(condition('shop')).toMatchObject({ status: 'Unknown', reason: 'Pending' })
    expect(condition('shop')?.message).toContain(message)
  })
})

describe('a sync that goes on', () => {
  const progress = { attempt: 'first', trigger: 'Initial' as const, after: 'm', slices: 2, done: 37, total: 100 }
  const figures = { startedAt: new Date(0), tagCount: 37, changes: 0, hasRead: true, denied: [] }

  it('is due at once, and does not answer what was asked in its midst, unless it reads that tag anew', async () => {
    const { saveSync, annotate, look, work, made, condition, status, cluster, path } = await startSynced()
    await saveSync({ progress: { ...progress, ...figures, asks: ['of-another:'] } })
    const spec = { repository: path, registryRef: { name: 'registry' } }
    cluster.put('Repository', 'whole', spec, { namespace: 'shop' })
    made.length = 0
    annotate('shop', 'true')

    await look()
    const asked = status('shop').requestedSync
    await work()

    expect(condition('shop')).toMatchObject({ status: 'Unknown', message: expect.stringContaining('37 of 100 tags') })
    expect(status('shop')).toMatchObject({ syncProgress: '37%' })
    expect(made).toMatchObject([{ attempt: 'first+2', trigger: 'Initial', asks: [asked, 'of-another:'], tags: ['v1'] }])
  })

  it('for the first time shows a tag that it has answered for', async () => {
    const { join, look, lose, status, condition, id, path, credentialOf } = start()
    const { digest } = await world.push({ repository: path, tag: 'v1' })
    join('bank', { tag: 'v1' })
    await look()
    lose()
    const ask = String(status('bank').requestedSync)
    await world.store.saveSync(
      {
        repository: id,
        credential: credentialOf('bank'),
        failureCount: 0,
        answered: [ask],
        progress: { ...progress, ...figures, asks: [ask] },
      },
      undefined,
    )
    await look()
    expect(condition('bank')).toMatchObject({ status: 'False', reason: 'TagNotFound' })
    await world.store.saveTag(tagDraft(id, { digest: digest as Digest }), undefined)

    await look()

    expect(condition('bank')).toMatchObject({ status: 'True', message: expect.stringContaining(digest) })
  })
})

it('that was told by a version before goes on showing what its credential reads, and asks with its next sync', async () => {
  const tenants = await startSynced({ syncInterval: '60m' })
  const { cluster, status, look, work, made, pass, condition, saveSync } = tenants
  await saveSync({ answered: [] })
  const object = cluster.get('Repository', 'app', 'shop') ?? expect.fail('expected the object')
  const { answeredSync: _, ...before } = object.status
  await cluster.applyStatus(object, before)
  made.length = 0

  await look()
  await work()
  expect(made).toEqual([])
  expect(condition('shop')).toMatchObject({ status: 'True' })
  await pass(61)

  expect(made).toMatchObject([{ trigger: 'Scheduled', asks: [status('shop').answeredSync] }])
})

it('an object that is made anew has retries of its own, whatever failed before it was made', async () => {
  const { cluster, join, look, syncOf, saveSync } = await startSynced({ retryCount: 3 })
  const sync = await syncOf()
  if (!sync?.lastOutcome) throw new Error('expected an outcome')
  const failed = { ...sync.lastOutcome, attempt: 'failed', succeeded: false, reason: 'Timeout', message: 'none' }
  const [old] = await cluster.listObjects('Repository')
  if (old) await cluster.deleteObject(old)
  join('shop', { tag: 'v1', retryCount: 3 })
  await look()
  const ask = String(cluster.get('Repository', 'app', 'shop')?.status.requestedSync)

  await saveSync({ lastOutcome: failed, failureCount: 6, failingSince: failed.finishedAt, answered: [ask] })
  await look()

  expect(cluster.get('Repository', 'app', 'shop')?.status).toMatchObject({ syncStatus: 'Failed', failureCount: 1 })
})
