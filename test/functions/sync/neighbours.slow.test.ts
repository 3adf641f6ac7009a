import { describe, expect, it, vi } from 'vitest'
import { startNeighbours } from './neighbours-fixture.ts'

const patiently = { timeout: 20_000, interval: 20 }
const pathsOf = (name: string, count: number) => Array.from({ length: count }, (_, at) => `${name}/${at}`)

describe('F42 T6 a registry that sends headers and then nothing', () => {
  it('keeps no neighbour waiting while its syncs are under way', async () => {
    const one = await startNeighbours({ stallMs: 600_000, slotDelayMs: 150 })
    const { world, proxy } = one
    const stalling = pathsOf('stalling', 30)
    const good = pathsOf('good', 3)
    for (const repository of good) await world.push({ repository, tag: 'v1' })
    proxy.inject(() => ({ kind: 'stall' }))

    await one.ask(proxy.host, stalling, 'a')
    await vi.waitFor(() => expect(proxy.requests.length).toBeGreaterThan(0), patiently)
    await one.ask(world.host, good, 'a')
    await vi.waitFor(async () => {
      const outcomes = (await one.syncsOf(world.host, good)).map(sync => sync?.lastOutcome?.succeeded)
      expect(outcomes).toEqual(good.map(() => true))
    }, patiently)
    await vi.waitFor(async () => {
      const waiting = (await one.syncsOf(proxy.host, stalling)).filter(sync => sync?.deferred)
      expect(waiting.length).toBeGreaterThan(0)
    }, patiently)

    const ended = (await one.syncsOf(proxy.host, stalling)).filter(sync => sync?.lastOutcome)
    expect(ended).toEqual([])
    expect(one.queueCounts('sync').inFlight).toBeGreaterThan(0)
    expect(proxy.requests.length).toBeLessThanOrEqual(30)
  })

  it('is left alone, and is asked again when it is well', async () => {
    const one = await startNeighbours({ stallMs: 600, slotDelayMs: 150 })
    const { world, proxy } = one
    const stalling = pathsOf('stalling', 30)
    for (const repository of stalling) await world.push({ repository, tag: 'v1' })
    const heal = proxy.inject(() => ({ kind: 'stall' }))
    const syncsOfStalling = async () => (await one.syncsOf(proxy.host, stalling)).flatMap(sync => sync ?? [])
    await one.ask(proxy.host, stalling, 'a')
    await vi.waitFor(async () => expect(await syncsOfStalling()).toHaveLength(30), patiently)
    await vi.waitFor(async () => expect(await world.store.findHost(proxy.host)).toHaveProperty('until'), patiently)
    const asked = proxy.requests.length

    await one.ask(proxy.host, stalling, 'b')
    await vi.waitFor(async () => {
      const deferred = (await syncsOfStalling()).map(sync => sync.deferred?.message)
      expect(deferred).toEqual(
        stalling.map(() => expect.stringMatching(/is left alone until ..:..:..Z, since it sent/)),
      )
    }, patiently)
    // One for each, and one of the host itself.
    expect(asked).toBeLessThanOrEqual(31)
    expect(proxy.requests).toHaveLength(asked)

    heal()
    // On a busy machine some of them take long enough for a slot.
    for (let round = 0, left = stalling; left.length > 0 && round < 20; round++) {
      one.pass(80_000)
      await one.ask(proxy.host, left, `round ${round}`)
      await vi.waitFor(() => expect(one.queueCounts('sync')).toMatchObject({ visible: 0, inFlight: 0 }), patiently)
      const well = (await syncsOfStalling()).filter(sync => sync.lastOutcome?.succeeded)
      left = stalling.filter(path => well.every(({ repository }) => repository !== `${proxy.host}/${path}`))
    }

    const settled = await syncsOfStalling()
    expect(settled.map(({ lastOutcome }) => lastOutcome?.succeeded)).toEqual(stalling.map(() => true))
    expect(settled.filter(({ failureCount, deferred }) => failureCount > 0 || deferred)).toEqual([])
    expect(one.errors).toEqual([])
  })

  it('loses no push: its repository is read when the host is asked again', async () => {
    const one = await startNeighbours({ stallMs: 100, slotDelayMs: 5_000 })
    const { world, proxy } = one
    await world.push({ repository: 'team/app', tag: 'v1' })
    await one.ask(proxy.host, ['team/app'], 'a')
    await vi.waitFor(async () =>
      expect(await one.syncsOf(proxy.host, ['team/app'])).toMatchObject([{ failureCount: 0 }]),
    )
    // Of the answer to a HEAD there is nothing but headers to wait for.
    proxy.inject(() => new Promise(() => undefined))

    one.hint(proxy.host, 'team/app', 'v2')

    await vi.waitFor(async () => {
      const [sync] = await one.syncsOf(proxy.host, ['team/app'])
      expect(sync).toMatchObject({ failureCount: 0, deferred: { trigger: 'Scheduled', asks: [] } })
    }, patiently)
    const asked = proxy.requests.length
    one.hint(proxy.host, 'team/app', 'v3')
    await vi.waitFor(() => expect(one.queueCounts('hints')).toMatchObject({ visible: 0, inFlight: 0 }), patiently)
    expect(proxy.requests).toHaveLength(asked)
  })

  it('keeps no process from ending', async () => {
    const one = await startNeighbours({ stallMs: 600_000, slotDelayMs: 600_000 })
    const stalling = pathsOf('stalling', 8)
    one.proxy.inject(() => ({ kind: 'stall' }))
    await one.ask(one.proxy.host, stalling, 'a')
    await vi.waitFor(() => expect(one.proxy.requests).toHaveLength(8), patiently)

    await one.stop()

    expect(await one.syncsOf(one.proxy.host, stalling)).toEqual(
      stalling.map(() =>
        expect.objectContaining({ failureCount: 0, deferred: expect.objectContaining({ attempt: 'a' }) }),
      ),
    )
    expect(one.queueCounts('sync')).toEqual({ visible: 0, inFlight: 0, delayed: 0 })
  })
})

describe('a host of many tenants, of which one has paths that stall', () => {
  it('syncs its neighbours meanwhile, round after round, and is left alone for none of theirs', async () => {
    const one = await startNeighbours({ stallMs: 500, slotDelayMs: 5_000 })
    const { world, proxy } = one
    const stalling = pathsOf('stalling', 8)
    const good = pathsOf('good', 3)
    for (const repository of good) await world.push({ repository, tag: 'v1' })
    proxy.inject(({ path }) => (path.startsWith('/v2/stalling/') ? { kind: 'stall' } : undefined))
    const isOver = () =>
      vi.waitFor(() => expect(one.queueCounts('sync')).toMatchObject({ visible: 0, inFlight: 0 }), patiently)

    for (let round = 0; round < 4; round++) {
      // However their while has grown by then, it is over.
      one.pass(31 * 60_000)
      await one.ask(proxy.host, stalling, `theirs ${round}`, 'eu-1/theirs')
      await isOver()
      await one.ask(proxy.host, good, `ours ${round}`, 'eu-1/ours')
      await isOver()
      const attempts = (await one.syncsOf(proxy.host, good)).map(sync => sync?.lastOutcome?.attempt)
      expect(attempts).toEqual(good.map(() => `ours ${round}`))
    }

    const ours = await one.syncsOf(proxy.host, good)
    expect(ours.map(sync => sync?.lastOutcome?.succeeded)).toEqual(good.map(() => true))
    expect(ours.filter(sync => sync?.deferred)).toEqual([])
    await one.ask(proxy.host, stalling, 'theirs again', 'eu-1/theirs')
    await isOver()
    for (const theirs of await one.syncsOf(proxy.host, stalling))
      expect(theirs?.deferred?.message).toMatch(
        /\/stalling\/. is left alone until ..:..:..Z, since it sent nothing for 0.5 s/,
      )
    expect(one.errors).toEqual([])
  })

  it('gives a slow sync of a neighbour its place, though theirs would fill all', async () => {
    const one = await startNeighbours({ stallMs: 600_000, slotDelayMs: 150 })
    const { world, proxy } = one
    const stalling = pathsOf('stalling', 30)
    await world.push({ repository: 'good/slow', tag: 'v1' })
    const place = Promise.withResolvers<void>()
    proxy.inject(async ({ path }) => {
      if (path.startsWith('/v2/stalling/')) return { kind: 'stall' }
      // It takes as long as it has a place.
      if (path.startsWith('/v2/good/slow/')) await place.promise
      return undefined
    })
    await one.ask(proxy.host, stalling, 'theirs', 'eu-1/theirs')
    await vi.waitFor(async () => {
      const waiting = (await one.syncsOf(proxy.host, stalling)).filter(sync => sync?.deferred)
      expect(waiting.length).toBeGreaterThan(0)
    }, patiently)

    await one.ask(proxy.host, ['good/slow'], 'ours', 'eu-1/ours')
    await vi.waitFor(async () => {
      const held = (await world.store.listSlots()).filter(({ holder }) => holder !== undefined)
      expect(held.flatMap(({ namespaces = [] }) => namespaces)).toContain('eu-1/ours')
    }, patiently)
    place.resolve()

    await vi.waitFor(async () => {
      expect(await one.syncsOf(proxy.host, ['good/slow'])).toMatchObject([{ lastOutcome: { succeeded: true } }])
    }, patiently)
  })
})

describe('F46 a registry that answers 429 to one repository', () => {
  it('counts that one try, none that was not sent, and no failure of another', async () => {
    const one = await startNeighbours({ stallMs: 15_000, slotDelayMs: 5_000 })
    const { world, proxy } = one
    const others = pathsOf('team', 3)
    for (const repository of ['team/busy', ...others]) await world.push({ repository, tag: 'v1' })
    const heal = proxy.inject(({ path }) =>
      path.includes('/busy/') ? { kind: 'answer', status: 429, headers: { 'retry-after': '600' } } : undefined,
    )
    const busy = async () => (await one.syncsOf(proxy.host, ['team/busy']))[0]

    await one.ask(proxy.host, ['team/busy'], 'a')
    await vi.waitFor(async () => expect(await busy()).toMatchObject({ failureCount: 1 }), patiently)
    const sent = proxy.requests.length
    await one.ask(proxy.host, ['team/busy'], 'b')
    await one.ask(proxy.host, others, 'a')

    await vi.waitFor(async () => {
      expect(await busy()).toMatchObject({
        failureCount: 1,
        lastOutcome: { attempt: 'a', reason: 'RateLimited' },
        deferred: { attempt: 'b', message: expect.stringContaining('not sent, the host asks to wait') },
      })
      const outcomes = (await one.syncsOf(proxy.host, others)).map(sync => sync?.lastOutcome?.succeeded)
      expect(outcomes).toEqual(others.map(() => true))
    }, patiently)
    expect(proxy.requests.slice(sent).filter(({ path }) => path.includes('/busy/'))).toEqual([])
    heal()
  })
})
