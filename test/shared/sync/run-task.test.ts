import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { Digest } from '../../../shared/domain/digest.ts'
import type { SyncRequest } from '../../../shared/domain/events.ts'
import { StoreUnavailableError } from '../../../shared/errors.ts'
import { runTask } from '../../../shared/sync/run-task.ts'
import type { TaskDeps } from '../../../shared/sync/task-deps.ts'
import { type Loopback, pathOf, startLoopback } from '../../support/loopback.ts'
import { recordedCalls } from '../../support/recorded-calls.ts'
import { at, copyOf, syncDraft } from '../../support/records.ts'
import { recordingBus } from '../../support/webhook-fixture.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterEach(() => world.intercept(undefined))
afterAll(() => world.close())

const idOf = (path: string) => `${world.host}/${path}`

function start(seconds = 0) {
  const { events, published } = recordingBus()
  return {
    published,
    deps: { store: world.store, events, readerFor: async () => world.reader, now: () => at(seconds) },
  }
}

const syncOf = (path: string) => world.store.findSync(idOf(path), 'anonymous')

const requestOf = (path: string, attempt: string): { kind: 'request'; request: SyncRequest } => ({
  kind: 'request',
  request: {
    registry: world.host,
    repository: path,
    credential: 'anonymous',
    timeoutMs: 5000,
    trigger: 'Manual',
    attempt,
  },
})
const hintOf = (path: string, tag?: string) => ({
  kind: 'hint' as const,
  isPush: true,
  hint: { registry: world.host, repository: path, ...(tag && { tag }) },
})

describe('a request', () => {
  it('ends as ever where what it read of the table is of a moment ago, and reads that anew', async () => {
    const path = world.freshPath()
    const first = await world.push({ repository: path, tag: 'v1', seed: 'one' })
    await runTask(requestOf(path, 'a'), start().deps)
    const lagging = { tags: await world.store.listTags(idOf(path)), images: await world.store.listImages(idOf(path)) }
    const second = await world.push({ repository: path, tag: 'v1', seed: 'two' })
    await runTask(hintOf(path, 'v1'), start(10).deps)
    const reads: boolean[] = []
    const { deps } = start(20)
    const store: TaskDeps['store'] = {
      ...deps.store,
      listTags: async (repository, options) => {
        reads.push(options?.mayLag === true)
        return options?.mayLag ? lagging.tags : deps.store.listTags(repository, options)
      },
      listImages: async (repository, options) =>
        options?.mayLag ? lagging.images : deps.store.listImages(repository, options),
    }

    const result = await runTask(requestOf(path, 'b'), { ...deps, store })

    expect(result).toMatchObject({ outcome: 'synced', message: '1 tag, 0 changes' })
    expect(reads).toEqual([true, false])
    expect(await world.store.findTag(idOf(path), 'v1')).toMatchObject({
      digest: second.digest,
      previousDigest: first.digest,
      movedAt: at(10),
      number: 2,
    })
  })

  it('records the outcome and announces it', async () => {
    const path = world.freshPath()
    await world.push({ repository: path, tag: 'v1' })
    const { deps, published } = start()

    const result = await runTask(requestOf(path, 'a'), deps)

    expect(result.outcome).toBe('synced')
    expect(await world.store.findRepository(idOf(path))).toMatchObject({
      firstSyncedAt: at(0),
      lastSyncedAt: at(0),
      tagCount: 1,
    })
    expect(await syncOf(path)).toMatchObject({
      failureCount: 0,
      lastSucceededAt: at(0),
      sawAllAt: at(-16 * 60),
      lastOutcome: { attempt: 'a', trigger: 'Manual', succeeded: true, reason: 'SyncSucceeded' },
    })
    expect(published).toEqual([{ type: 'RepositorySynced', registry: world.host, repository: path }])
  })

  it('announces what objects have news of, and no sync that found all as it was', async () => {
    const path = world.freshPath()
    await world.push({ repository: path, tag: 'v1' })
    const { deps, published } = start()
    let attempts = 0
    const announced = async (asks: readonly string[] = []) => {
      published.length = 0
      const { kind, request } = requestOf(path, String(++attempts))
      await runTask({ kind, request: { ...request, asks } }, deps)
      return published.length
    }
    await announced()
    // The message of the first told of changes.
    await announced()

    expect(await announced()).toBe(0)
    expect(await announced(['an-object:.g1'])).toBe(1)
    await world.push({ repository: path, tag: 'v2' })
    expect(await announced()).toBe(1)
    await announced()
    expect(await announced()).toBe(0)
    world.intercept(() => new Response(null, { status: 404 }))
    expect([await announced(), await announced()]).toEqual([1, 1])
    world.intercept(undefined)
    expect([await announced(), await announced(), await announced()]).toEqual([1, 1, 0])
  })

  it('reads with the credential for its own path', async () => {
    const path = world.freshPath()
    const { deps } = start()
    const asked: object[] = []
    const readerFor: TaskDeps['readerFor'] = async (_, options) => {
      asked.push(options)
      return world.reader
    }
    const credential = `eu-1/${randomUUID()}`
    await world.store.saveCredential(copyOf(credential), undefined)
    const request = { ...requestOf(path, 'a').request, credential }

    await runTask({ kind: 'request', request }, { ...deps, readerFor })
    await runTask(hintOf(path, 'v1'), { ...deps, readerFor })

    expect(asked).toMatchObject(Array(2).fill({ repository: path, credential }))
  })

  it('F1 delivered again is not made again, and is announced again', async () => {
    const path = world.freshPath()
    await world.push({ repository: path, tag: 'v1' })
    const { deps, published } = start()
    await runTask(requestOf(path, 'a'), deps)
    world.requests.length = 0

    const result = await runTask(requestOf(path, 'a'), deps)

    expect(result.outcome).toBe('repeated')
    expect(world.requests).toEqual([])
    expect(published).toHaveLength(2)
  })

  it('B35 says of a repository that names its host to leave it out', async () => {
    const path = `registry.example.com/${world.freshPath()}`
    const { deps } = start()

    await runTask(requestOf(path, 'a'), deps)

    expect((await syncOf(path))?.lastOutcome).toMatchObject({
      reason: 'RepositoryNotFound',
      message: expect.stringMatching(/; if registry\.example\.com is a host, leave it out of repository: team\//),
    })
  })

  it.each([
    [500, undefined, 'RegistryUnavailable'],
    [401, undefined, 'CredentialsMissing'],
    [403, undefined, 'PermissionDenied'],
    [404, 'NAME_UNKNOWN', 'RepositoryNotFound'],
    [429, undefined, 'RateLimited'],
  ])('F17 a registry that answers %i is an outcome with a reason', async (status, code, reason) => {
    const path = world.freshPath()
    world.intercept(() => Response.json({ errors: [{ code: code ?? 'OTHER', message: '' }] }, { status }))
    const { deps, published } = start()

    const result = await runTask(requestOf(path, 'a'), deps)

    expect(result.outcome).toBe('failed')
    const record = await syncOf(path)
    expect(record).toMatchObject({ failureCount: 1, failingSince: at(0), lastOutcome: { succeeded: false, reason } })
    expect(record).not.toHaveProperty('lastSucceededAt')
    expect(await world.store.findRepository(idOf(path))).toBeUndefined()
    expect(published).toHaveLength(1)
  })

  it('counts failures in a row, keeps the last success, and starts anew after the next', async () => {
    const path = world.freshPath()
    await world.push({ repository: path, tag: 'v1' })
    await runTask(requestOf(path, 'a'), start(0).deps)
    world.intercept(() => new Response(null, { status: 503 }))
    await runTask(requestOf(path, 'b'), start(10).deps)
    await runTask(requestOf(path, 'c'), start(20).deps)
    const failed = await syncOf(path)
    world.intercept(undefined)

    await runTask(requestOf(path, 'd'), start(30).deps)

    expect(failed).toMatchObject({ failureCount: 2, failingSince: at(10), lastSucceededAt: at(0) })
    const healed = await syncOf(path)
    expect(healed).toMatchObject({ failureCount: 0, lastSucceededAt: at(30) })
    expect(healed).not.toHaveProperty('failingSince')
  })

  it('F16 keeps how long the registry asked to be left alone', async () => {
    // Of its own: for so long nobody of this process asks that host anything.
    const busy = await startLoopback()
    onTestFinished(() => busy.close())
    busy.intercept(() => new Response(null, { status: 429, headers: { 'retry-after': '90' } }))
    const path = world.freshPath()

    await runTask(requestOf(path, 'a'), { ...start().deps, readerFor: async () => busy.reader })

    expect((await syncOf(path))?.lastOutcome?.retryAfterMs).toBe(90_000)
  })

  it('fails the invocation when the store does not answer, so that it is tried again', async () => {
    const path = world.freshPath()
    const { deps } = start()
    const store = {
      ...world.store,
      listTags: async () => {
        throw new StoreUnavailableError('the table is down', { kind: 'server' })
      },
    }

    await expect(runTask(requestOf(path, 'a'), { ...deps, store })).rejects.toThrow('the table is down')
  })

  it('F9 killed in the middle is made whole by the next', async () => {
    const path = world.freshPath()
    for (const tag of ['v1', 'v2', 'v3']) await world.push({ repository: path, tag })
    const { deps } = start()
    let saves = 0
    const store = {
      ...world.store,
      saveTag: async (...args: Parameters<typeof world.store.saveTag>) => {
        saves += 1
        if (saves === 2) throw new Error('killed')
        return world.store.saveTag(...args)
      },
    }
    await expect(runTask(requestOf(path, 'a'), { ...deps, store })).rejects.toThrow('killed')

    await runTask(requestOf(path, 'a'), deps)

    expect(await world.store.listTags(idOf(path))).toHaveLength(3)
    expect(await world.store.listImages(idOf(path))).toHaveLength(3)
  })
})

describe('a hint', () => {
  it('for a repository that nobody tracks costs one read and no request', async () => {
    const { deps, published } = start()
    const { recorded: store, calls } = recordedCalls(world.store)
    world.requests.length = 0

    const result = await runTask(hintOf(world.freshPath(), 'v1'), { ...deps, store })

    expect(result.outcome).toBe('untracked')
    expect(calls).toEqual(['listSyncs'])
    expect([world.requests, published]).toEqual([[], []])
  })

  it('B7 for another registry of the same path is not tracked', async () => {
    const path = world.freshPath()
    await world.store.saveSync(syncDraft(idOf(path)), undefined)

    const other = { ...hintOf(path), hint: { registry: 'evil.example.com', repository: path, tag: 'v1' } }

    expect((await runTask(other, start().deps)).outcome).toBe('untracked')
  })

  it('announces only what changed', async () => {
    const path = world.freshPath()
    await world.push({ repository: path, tag: 'v1' })
    await world.store.saveSync(syncDraft(idOf(path)), undefined)
    const { deps, published } = start()

    await runTask(hintOf(path, 'v1'), deps)
    await runTask(hintOf(path, 'v1'), deps)

    expect(published).toHaveLength(1)
    expect(await world.store.findTag(idOf(path), 'v1')).toBeDefined()
  })

  it('without tag and digest reads the whole repository', async () => {
    const path = world.freshPath()
    for (const tag of ['v1', 'v2']) await world.push({ repository: path, tag })
    await world.store.saveSync(syncDraft(idOf(path)), undefined)

    await runTask(hintOf(path), start().deps)

    expect(await world.store.listTags(idOf(path))).toHaveLength(2)
  })

  it('that meets a registry which fails is dropped: the next full sync heals it', async () => {
    const path = world.freshPath()
    await world.store.saveSync(syncDraft(idOf(path)), undefined)
    world.intercept(request => (pathOf(request).startsWith('/v2/') ? new Response(null, { status: 500 }) : undefined))

    expect((await runTask(hintOf(path, 'v1'), start().deps)).outcome).toBe('failed')
  })

  it('F11 of a push that changed nothing makes the image young again, once a minute', async () => {
    const path = world.freshPath()
    const { digest } = await world.push({ repository: path, tag: 'v1' })
    await world.store.saveSync(syncDraft(idOf(path)), undefined)
    const pushedAt = async () => (await world.store.findImage(idOf(path), digest))?.pushedAt
    await runTask(hintOf(path, 'v1'), start().deps)
    await runTask(hintOf(path, 'v1'), start(59).deps)
    expect(await pushedAt()).toEqual({ at: at(0), source: 'event' })

    await runTask(hintOf(path, 'v1'), start(3600).deps)

    expect(await pushedAt()).toEqual({ at: at(3600), source: 'event' })
    const { change } = (await world.store.findImage(idOf(path), digest)) ?? {}
    expect(change).toMatchObject({ action: 'image-refreshed', actor: 'webhook', reason: 'pushed again' })
  })

  it('F11 of a push by digest does as well, and one of a delete never', async () => {
    const path = world.freshPath()
    const { digest } = await world.push({ repository: path, tag: 'v1' })
    await world.store.saveSync(syncDraft(idOf(path)), undefined)
    await runTask(hintOf(path, 'v1'), start().deps)
    const pushedAt = async () => (await world.store.findImage(idOf(path), digest))?.pushedAt.at
    const byDigest = { ...hintOf(path), hint: { registry: world.host, repository: path, digest } }

    for (const hint of [byDigest, hintOf(path, 'v1')]) await runTask({ ...hint, isPush: false }, start(600).deps)
    expect(await pushedAt()).toEqual(at(0))
    await runTask(byDigest, start(600).deps)
    expect(await pushedAt()).toEqual(at(600))
  })

  it('F2 that comes before the registry has moved the tag waits for it, and not for ever', async () => {
    const path = world.freshPath()
    const before = await world.push({ repository: path, tag: 'v1', seed: 'before' })
    await world.store.saveSync(syncDraft(idOf(path)), undefined)
    const hinted = {
      ...hintOf(path),
      hint: { registry: world.host, repository: path, tag: 'v1', digest: before.digest },
    }
    await runTask(hinted, start().deps)
    const after = await world.push({ repository: path, seed: 'after' })
    const hint = { ...hinted.hint, digest: after.digest as Digest }
    const looks: number[] = []
    const wait = async (ms: number) => {
      looks.push(ms)
      if (looks.length === 2) await world.push({ repository: path, tag: 'v1', seed: 'after' })
    }

    const { message } = await runTask({ ...hinted, hint }, { ...start(10).deps, wait })
    const stale = await runTask(hinted, { ...start(20).deps, wait: async ms => looks.push(ms) })

    expect(await world.store.findTag(idOf(path), 'v1')).toMatchObject({ digest: after.digest, movedAt: at(10) })
    expect([message, stale.message, looks.length]).toEqual(['2 changes', '0 changes', 4])
  })

  it('F1 F2 delivered 20 times at once ends as delivered once', async () => {
    const path = world.freshPath()
    const image = await world.push({ repository: path, tag: 'v1' })
    await world.store.saveSync(syncDraft(idOf(path)), undefined)
    const { deps } = start()

    await Promise.allSettled(Array.from({ length: 20 }, () => runTask(hintOf(path, 'v1'), deps)))
    await runTask(hintOf(path, 'v1'), deps)

    expect(await world.store.listTags(idOf(path))).toMatchObject([{ tag: 'v1', digest: image.digest }])
  })
})

describe('a hint of a delivery that was recorded', () => {
  const deliveryOf = () => randomUUID()
  const followedBy = async (webhook: string) =>
    (await world.store.listDeliveries(world.host)).followed.filter(one => one.webhook === webhook)
  const hinted = (path: string, delivery: string) => {
    const { hint, ...rest } = hintOf(path, 'v1')
    return { ...rest, hint: { ...hint, delivery } }
  }

  it('is recorded with what its sync did', async () => {
    const path = world.freshPath()
    await world.push({ repository: path, tag: 'v0' })
    await runTask(requestOf(path, 'a'), start().deps)
    await world.push({ repository: path, tag: 'v1' })
    const delivery = deliveryOf()

    await runTask(hinted(path, delivery), start(7).deps)

    expect(await followedBy(delivery)).toMatchObject([
      { repository: path, followedAt: at(7), outcome: 'synced', message: expect.stringContaining('change') },
    ])
  })

  it('is recorded as led to nothing where no object tracks the repository', async () => {
    const delivery = deliveryOf()

    await runTask(hinted(world.freshPath(), delivery), start(7).deps)

    expect(await followedBy(delivery)).toMatchObject([{ outcome: 'untracked' }])
  })
})
