import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { createOciReader } from '../../../../shared/adapters/registry/oci/oci-registry.ts'
import { dayMs } from '../../../../shared/domain/duration.ts'
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

/** Each test has a day of its own: the slots of one have expired in the next. */
let beganMs = Date.parse('2026-01-01T00:00:00Z')

/** A process of its own, which calls the host as the test likes: what is recorded of hosts outlives a test. */
function start(overrides: Partial<GuardDeps> = {}) {
  const host = `${world.freshPath().replace('team/', '')}.example`
  beganMs += dayMs
  const startMs = beganMs
  let nowMs = startMs
  const now = () => new Date(nowMs)
  const calls: string[] = []
  const readWith: string[] = []
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
    readerFor: async (_, { repository, credential, timeoutMs, signal }) => {
      if (repository !== undefined) readWith.push(credential)
      return createOciReader({
        endpoint: `http://${world.host}`,
        host,
        configured: true,
        timeoutMs,
        signal,
        clock: { now: () => new Date(), sleep: async () => undefined, random: () => 0 },
        stallMs: 400,
      })
    },
    hosts: new HostWatch({ store, now }),
    slots: new Slots({ store, now, slots: 20 }),
    holder: 'invocation',
    remainingMs: () => 600_000,
    now,
    ...overrides,
  }
  let attempts = 0
  const sync = (path: string, { timeoutMs = 60_000, credential = 'anonymous', namespaces = ['eu-1/shop'] } = {}) => {
    attempts += 1
    const whose = { registry: host, repository: path, credential, timeoutMs, namespaces }
    const request = { ...whose, trigger: 'Retry' as const, attempt: `attempt ${attempts}`, asks: [`ask ${attempts}`] }
    return runGuarded({ kind: 'request', request, correlationId: 'c' }, deps)
  }
  return {
    host,
    calls,
    readWith,
    published,
    sync,
    deps,
    at: (seconds: number) => new Date(startMs + seconds * 1000),
    syncOf: (path: string) => world.store.findSync(`${host}/${path}`, 'anonymous'),
    hint: (path: string, tag: string) =>
      runGuarded(
        { kind: 'hint', hint: { registry: host, repository: path, tag }, isPush: false, correlationId: 'c' },
        deps,
      ),
    pass: (seconds: number) => {
      nowMs += seconds * 1000
    },
  }
}

const failing = (status: number, ...paths: string[]) =>
  world.intercept(request => (isOf(request, paths) ? new Response(null, { status }) : undefined))

const isOf = (request: Request, paths: readonly string[]) =>
  paths.some(path => pathOf(request).startsWith(`/v2/${path}/`))
const isOfHost = (request: Request) => pathOf(request) === '/v2/'
/** No byte comes. */
const never = () => new Promise<Response>(() => undefined) as never
const stalling = (...paths: string[]) => world.intercept(request => (isOf(request, paths) ? never() : undefined))
const askedOfHost = () => world.requests.filter(({ path }) => path === '/v2/').length
/** Of the host whatever it is asked. */
const dead = () => world.intercept(() => new Response(null, { status: 503 }))

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
    const { sync, deps, host } = start()
    const [odd = '', good = ''] = await pushed('odd', 'good')
    failing(500, odd)

    for (let nth = 0; nth < 5; nth++) await sync(odd)

    expect(await deps.hosts.findWait(host, async () => undefined)).toBeUndefined()
    expect((await sync(good)).outcome).toBe('synced')
  })
})

describe('a repository that stalls on a host that is well', () => {
  it('is left alone by itself: no request, no failure, and its objects are told', async () => {
    const { sync, syncOf, published, host, at } = start()
    const [bad = ''] = await pushed('bad')
    stalling(bad)
    await sync(bad)
    world.requests.length = 0
    published.length = 0

    const result = await sync(bad)

    expect(result.outcome).toBe('deferred')
    expect(world.requests).toEqual([])
    expect(await syncOf(bad)).toMatchObject({
      failureCount: 1,
      lastOutcome: { attempt: 'attempt 1' },
      deferred: {
        ...{ attempt: 'attempt 2', trigger: 'Retry', asks: ['ask 2'], until: at(60) },
        message: `${host}/${bad} is left alone until 00:01:00Z, since it sent nothing for 0.4 s`,
      },
    })
    expect(published).toHaveLength(1)
  })

  it('keeps no other of that host waiting, however many of a tenant stall and go on to', async () => {
    const { sync, pass } = start()
    const bad = await pushed('a', 'b', 'c', 'd', 'e')
    const [good = ''] = await pushed('good')
    stalling(...bad)

    for (let round = 0; round < 4; round++) {
      await Promise.all(bad.map(path => sync(path)))
      expect((await sync(good)).outcome).toBe('synced')
      pass(1900)
    }
  })

  it('has the host asked once for many of them, and not again in the next seconds', async () => {
    const { sync, pass } = start()
    const bad = await pushed('a', 'b', 'c', 'd', 'e')
    const [odd = ''] = await pushed('odd')
    stalling(...bad)
    world.requests.length = 0

    await Promise.all(bad.map(path => sync(path)))

    expect(askedOfHost()).toBe(1)
    failing(500, odd)
    pass(14)
    await sync(odd)
    expect(askedOfHost()).toBe(1)
    pass(1)
    await sync(odd)
    expect(askedOfHost()).toBe(2)
  })

  it('is left alone for one credential, and not for another', async () => {
    const { sync } = start()
    const [path = ''] = await pushed('shared')
    stalling(path)
    await sync(path, { credential: 'eu-1/theirs' })
    world.intercept(undefined)

    expect((await sync(path, { credential: 'eu-1/theirs' })).outcome).toBe('deferred')
    expect((await sync(path)).outcome).toBe('synced')
  })

  it('is asked again when its while is over, for twice as long when it stalls again, and forgotten when it is well', async () => {
    const { sync, syncOf, pass, at } = start()
    const [path = ''] = await pushed('a')
    stalling(path)
    await sync(path)
    pass(61)
    await sync(path)
    expect((await syncOf(path))?.outage).toMatchObject({ timesLeft: 2, until: at(181) })
    pass(121)
    world.intercept(undefined)

    expect((await sync(path)).outcome).toBe('synced')
    expect(await syncOf(path)).not.toHaveProperty('outage')
  })

  it('is left alone from its third failure on where it fails at once', async () => {
    const { sync } = start()
    const [odd = ''] = await pushed('odd')
    failing(500, odd)

    const outcomes = [await sync(odd), await sync(odd), await sync(odd), await sync(odd)].map(one => one.outcome)

    expect(outcomes).toEqual(['failed', 'failed', 'failed', 'deferred'])
  })

  it('is passed over by a hint, which another credential can read', async () => {
    const { sync, hint, host, readWith } = start()
    const [path = ''] = await pushed('shared')
    await sync(path)
    await sync(path, { credential: 'eu-1/theirs' })
    const theirs = { cluster: 'eu-1', uid: 'theirs', namespace: 'team', name: 'registry', host, secretId: 'theirs' }
    await world.store.saveCredential(theirs, undefined)
    stalling(path)
    readWith.length = 0
    await hint(path, 'v1')
    const [stalled, other] = readWith.splice(0)
    world.intercept(undefined)

    expect((await hint(path, 'v1')).outcome).toBe('synced')
    expect([stalled, other].toSorted()).toEqual(['anonymous', 'eu-1/theirs'])
    expect(readWith).toEqual([other])
  })
})

describe('a host that fails itself', () => {
  it('is left alone: no request of any repository, no failure, and their objects are told', async () => {
    const { sync, syncOf, published, host, at } = start()
    const [a = '', b = ''] = await pushed('a', 'b')
    dead()
    await sync(a)
    world.requests.length = 0
    published.length = 0

    const result = await sync(b)

    expect(result.outcome).toBe('deferred')
    expect(world.requests).toEqual([])
    expect((await syncOf(b))?.deferred).toMatchObject({
      until: at(60),
      message: `${host} is left alone until 00:01:00Z, since it answered with errors of its own`,
    })
    expect(await syncOf(b)).toMatchObject({ failureCount: 0 })
    expect(published).toHaveLength(1)
  })

  it('keeps what objects asked for while they wait', async () => {
    const { sync, syncOf } = start()
    const [a = '', b = ''] = await pushed('a', 'b')
    dead()
    await sync(a)

    await sync(b)
    await sync(b)

    expect((await syncOf(b))?.deferred).toMatchObject({ attempt: 'attempt 3', asks: ['ask 2', 'ask 3'] })
  })

  it('is asked itself when the while is over, by one, and all go on after its answer', async () => {
    const { sync, syncOf, pass } = start()
    const [a = '', b = '', c = ''] = await pushed('a', 'b', 'c')
    dead()
    await sync(a)
    pass(61)
    world.requests.length = 0
    const stillFails = await sync(b)
    const [asked] = world.requests
    const other = await sync(c)
    world.intercept(undefined)
    pass(121)

    expect([stillFails.outcome, other.outcome]).toEqual(['deferred', 'deferred'])
    expect(asked?.path).toBe('/v2/')
    expect(world.requests.some(({ path }) => path !== '/v2/')).toBe(false)
    expect(await syncOf(b)).toMatchObject({ failureCount: 0 })
    for (const path of [c, b, a]) expect((await sync(path)).outcome).toBe('synced')
    expect(await syncOf(a)).not.toHaveProperty('deferred')
  })

  it('that answers again is well, though a path of it goes on stalling', async () => {
    const { sync, pass } = start()
    const [bad = '', good = ''] = await pushed('bad', 'good')
    dead()
    await sync(bad)
    stalling(bad)
    pass(61)

    expect((await sync(bad)).outcome).toBe('failed')
    expect((await sync(good)).outcome).toBe('synced')
  })

  it('is one that refuses whoever has no credential', async () => {
    const { sync, deps, host } = start()
    const [bad = ''] = await pushed('bad')
    world.intercept(request => {
      if (isOfHost(request)) return new Response(null, { status: 401 })
      return isOf(request, [bad]) ? never() : undefined
    })

    await sync(bad)

    expect(await deps.hosts.findWait(host, async () => 'was asked again')).toBeUndefined()
  })

  it("T5 is not told from a tenant's own limit of time", async () => {
    const { sync, host } = start()
    const paths = await pushed('a', 'b', 'c', 'd')
    world.intercept(() => new Promise<Response>(() => undefined) as never)

    for (const path of paths) expect((await sync(path, { timeoutMs: 5 })).outcome).toBe('failed')

    expect(await world.store.findHost(host)).toBeUndefined()
  })
})

describe('a sync that takes long', () => {
  const bank = { namespaces: ['eu-1/bank'] }

  /** A path that stalls, and invocations that hold slots: of so many hosts, for `eu-1/shop`. */
  async function startSlow(hosts: number) {
    const one = start({ slotDelayMs: 100 })
    const [path = ''] = await pushed('slow')
    stalling(path)
    const enter = (host: string, nth: number) =>
      one.deps.slots.enter(`other ${nth} of ${one.host}`, { host, namespaces: ['eu-1/shop'] })
    const fill = async () => {
      for (let nth = 0; nth < 20; nth++) await enter(hosts === 1 ? one.host : `${one.host}.${nth % hosts}`, nth)
      // That too which is left for a first sync of another host.
      await enter(`${one.host}.other`, 20)
    }
    return { ...one, path, fill }
  }

  it('and finds no slot asks for it before it begins the next time, and keeps no invocation until that shows', async () => {
    const { sync, syncOf, path, fill, at } = await startSlow(5)
    await fill()
    const first = await sync(path)
    const asked = world.requests.length

    const second = await sync(path)

    expect([first.outcome, second.outcome]).toEqual(['deferred', 'deferred'])
    expect(world.requests).toHaveLength(asked)
    expect(await syncOf(path)).toMatchObject({
      failureCount: 0,
      deferred: { isSlow: true, asks: ['ask 1', 'ask 2'], until: at(60) },
    })
  })

  it('has one at once where it is for another namespace', async () => {
    const { sync, path, fill } = await startSlow(5)
    await fill()

    expect((await sync(path, bank)).outcome).toBe('failed')
  })

  it('is begun with a slot alone where the last one took long', async () => {
    const { sync, pass, path, fill } = await startSlow(5)
    const last = sync(path)
    await vi.waitFor(() => expect(world.requests.some(one => one.path.includes(`${path}/tags/list`))).toBe(true))
    pass(20)
    expect((await last).outcome).toBe('failed')
    await fill()
    pass(61)
    world.requests.length = 0

    expect((await sync(path)).outcome).toBe('deferred')
    expect(world.requests).toEqual([])
  })

  it.each<[string, number, { isShared?: boolean; namespaces?: string[] }]>([
    ['all places for syncs that take long are taken, or kept for namespaces that have none', 5, {}],
    ['syncs for this namespace take long, and as many are under way as one namespace may have', 5, { isShared: true }],
    ['syncs of HOST take long, and as many are under way as one host may have', 1, { isShared: true, ...bank }],
  ])('says truly why it waits: %s', async (message, hosts, { isShared = false, ...ofWhom }) => {
    const { sync, deps, host, path, fill } = await startSlow(hosts)
    // With another namespace and host beside them they have a share alone, of which one is left for the first of it.
    if (isShared) await deps.slots.enter(`beside ${host}`, { host: `beside.${host}`, namespaces: ['eu-1/beside'] })
    await fill()
    if (isShared && hosts === 1) await deps.slots.enter(`third ${host}`, { host, namespaces: ['eu-1/third'] })

    expect(await sync(path, ofWhom)).toEqual({
      outcome: 'deferred',
      message: `${message.replace('HOST', host)}: tried again in a minute`,
    })
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
