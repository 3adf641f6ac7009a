import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createOciReader } from '../../../../shared/adapters/registry/oci/oci-registry.ts'
import type { Store } from '../../../../shared/ports/store.ts'
import { HostWatch } from '../../../../shared/sync/hosts/host-watch.ts'
import { type GuardDeps, runGuarded } from '../../../../shared/sync/hosts/run-guarded.ts'
import { Slots } from '../../../../shared/sync/hosts/slots.ts'
import { type Loopback, pathOf, startLoopback } from '../../../support/loopback.ts'
import { recordingBus } from '../../../support/webhook-fixture.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterEach(() => world.intercept(undefined))
afterAll(() => world.close())

/** A process of its own, which calls the host as the test likes: what is recorded of hosts outlives a test. */
function start(overrides: Partial<GuardDeps> = {}) {
  const host = `${world.freshPath().replace('team/', '')}.example`
  let nowMs = Date.parse('2026-01-01T00:00:00Z')
  const now = () => new Date(nowMs)
  const calls: string[] = []
  const counted = <A extends unknown[], R>(name: string, call: (...args: A) => R) => {
    return (...args: A): R => {
      calls.push(name)
      return call(...args)
    }
  }
  const store: Store = {
    ...world.store,
    findHost: counted('findHost', world.store.findHost),
    saveHost: counted('saveHost', world.store.saveHost),
    listSlots: counted('listSlots', world.store.listSlots),
    saveSlot: counted('saveSlot', world.store.saveSlot),
  }
  const { events, published } = recordingBus()
  const deps: GuardDeps = {
    store,
    events,
    readerFor: async (_, { timeoutMs, signal }) =>
      createOciReader({
        endpoint: `http://${world.host}`,
        host,
        configured: true,
        timeoutMs,
        signal,
        clock: { now: () => new Date(), sleep: async () => undefined, random: () => 0 },
      }),
    hosts: new HostWatch({ store, now }),
    slots: new Slots({ store, now, slots: 20 }),
    holder: 'invocation',
    remainingMs: () => 600_000,
    now,
    ...overrides,
  }
  let attempts = 0
  const sync = (path: string, timeoutMs = 60_000) => {
    attempts += 1
    const whose = { registry: host, repository: path, credential: 'anonymous', timeoutMs }
    const request = { ...whose, trigger: 'Retry' as const, attempt: `attempt ${attempts}`, asks: [`ask ${attempts}`] }
    return runGuarded({ kind: 'request', request, correlationId: 'c' }, deps)
  }
  return {
    host,
    calls,
    published,
    sync,
    syncOf: (path: string) => world.store.findSync(`${host}/${path}`, 'anonymous'),
    pass: (seconds: number) => {
      nowMs += seconds * 1000
    },
  }
}

const failing = (status: number, ...paths: string[]) =>
  world.intercept(request =>
    paths.some(path => pathOf(request).startsWith(`/v2/${path}/`)) ? new Response(null, { status }) : undefined,
  )

async function pushed(...tags: string[]): Promise<string[]> {
  const paths = tags.map(() => world.freshPath())
  for (const repository of paths) await world.push({ repository, tag: 'v1' })
  return paths
}

describe('a host that answers', () => {
  it('costs one read for the syncs of some seconds, and no write', async () => {
    const { sync, calls } = start()
    const [a = '', b = ''] = await pushed('a', 'b')

    expect((await sync(a)).outcome).toBe('synced')
    expect((await sync(b)).outcome).toBe('synced')

    expect(calls).toEqual(['findHost'])
  })

  it.each([401, 403, 404, 429])('with %i is no host that fails, however often', async status => {
    const { sync, host, calls } = start()
    const paths = await pushed('a', 'b', 'c', 'd')
    failing(status, ...paths)

    for (const path of paths) await sync(path)

    expect(await world.store.findHost(host)).toBeUndefined()
    expect(calls).not.toContain('saveHost')
  })

  it('with an odd answer of one repository is no host that fails', async () => {
    const { sync } = start()
    const [odd = '', good = ''] = await pushed('odd', 'good')
    failing(500, odd)

    for (let nth = 0; nth < 5; nth++) await sync(odd)

    expect((await sync(good)).outcome).toBe('synced')
  })
})

describe('a host that fails', () => {
  it('three times in a row is left alone: no request, no failure, and its objects are told', async () => {
    const { sync, syncOf, published, host } = start()
    const paths = await pushed('a', 'b', 'c')
    failing(503, ...paths)
    for (const path of paths) await sync(path)
    world.requests.length = 0
    published.length = 0

    const result = await sync(paths[0] ?? '')

    expect(result.outcome).toBe('deferred')
    expect(world.requests).toEqual([])
    expect(await syncOf(paths[0] ?? '')).toMatchObject({
      failureCount: 1,
      lastOutcome: { attempt: 'attempt 1' },
      deferred: {
        attempt: 'attempt 4',
        trigger: 'Retry',
        asks: ['ask 4'],
        until: new Date('2026-01-01T00:01:15Z'),
        message: `${host} is left alone until 00:01:15Z, since it answered with errors of its own (3 times running)`,
      },
    })
    expect(published).toHaveLength(1)
  })

  it('keeps what objects asked for while they wait', async () => {
    const { sync, syncOf } = start()
    const paths = await pushed('a', 'b', 'c')
    failing(503, ...paths)
    for (const path of paths) await sync(path)

    await sync(paths[0] ?? '')
    await sync(paths[0] ?? '')

    expect((await syncOf(paths[0] ?? ''))?.deferred).toMatchObject({ attempt: 'attempt 5', asks: ['ask 4', 'ask 5'] })
  })

  it('is asked by one when the while is over, and by all after its success', async () => {
    const { sync, syncOf, pass } = start()
    const paths = await pushed('a', 'b', 'c', 'd', 'e')
    const [a = '', , , d = '', e = ''] = paths
    failing(503, ...paths)
    for (const path of paths.slice(0, 3)) await sync(path)
    pass(61)
    const stillFails = await sync(d)
    const other = await sync(e)
    world.intercept(undefined)
    pass(200)

    expect([stillFails.outcome, other.outcome]).toEqual(['failed', 'deferred'])
    expect((await sync(e)).outcome).toBe('synced')
    expect((await sync(a)).outcome).toBe('synced')
    expect(await syncOf(a)).not.toHaveProperty('deferred')
  })

  it("T5 is not told from a tenant's own limit of time", async () => {
    const { sync, host } = start()
    const paths = await pushed('a', 'b', 'c', 'd')
    world.intercept(() => new Promise<Response>(() => undefined) as never)

    for (const path of paths) expect((await sync(path, 5)).outcome).toBe('failed')

    expect(await world.store.findHost(host)).toBeUndefined()
  })
})

describe('F30 an invocation that is nearly over', () => {
  it('ends a sync that had little time, which counts for nothing', async () => {
    const { sync, syncOf } = start({ remainingMs: () => 0 })
    const [path = ''] = await pushed('a')

    const result = await sync(path)

    expect(result.outcome).toBe('deferred')
    expect(await syncOf(path)).toMatchObject({ failureCount: 0, deferred: { asks: ['ask 1'] } })
  })
})
