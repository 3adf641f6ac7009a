import { expect, it, onTestFinished } from 'vitest'
import { notedWithinMs } from '../../../shared/domain/noted-within.ts'
import type { Store } from '../../../shared/ports/store.ts'
import { type LargeFixture, startLargeFixture, syncKilled } from '../../support/large-fixture.ts'
import { tagAt } from '../../support/large-registry.ts'

async function start(tags = 10_500, images = 50): Promise<LargeFixture> {
  const large = await startLargeFixture({ tags, images })
  onTestFinished(() => large.close())
  return large
}

/** The most records that one call of the store answered with. */
function largestAnswer(store: Store): { readonly store: Store; readonly most: () => number } {
  let most = 0
  const counted = <A extends unknown[], R extends readonly unknown[]>(call: (...args: A) => Promise<R>) => {
    return async (...args: A): Promise<R> => {
      const answer = await call(...args)
      most = Math.max(most, answer.length)
      return answer
    }
  }
  return {
    most: () => most,
    store: { ...store, listTags: counted(store.listTags), listImages: counted(store.listImages) },
  }
}

it('is synced over several invocations, each tag asked for once, and never all of it in memory', async () => {
  const large = await start(30_000)
  const { store, most } = largestAnswer(large.store)

  const outcomes: string[] = []
  while (outcomes.length === 0 || outcomes.at(-1) === 'continued')
    outcomes.push((await large.slice({ timeoutMs: 10_000 }, store)).outcome)

  expect(outcomes.length).toBeGreaterThan(2)
  expect(outcomes.at(-1)).toBe('synced')
  expect(await large.tags()).toHaveLength(30_000)
  expect(await large.store.listImages(large.repository)).toHaveLength(50)
  // What was under way when the time was over is asked for again.
  expect(large.registry.count('look')).toBeLessThan(33_500)
  expect(large.registry.count('list')).toBe(30 * outcomes.length)
  expect(most()).toBeLessThanOrEqual(2048)
  expect(await large.store.findRepository(large.repository)).toMatchObject({ tagCount: 30_000 })
  const record = await large.record()
  expect(record).toMatchObject({
    failureCount: 0,
    lastOutcome: { succeeded: true, message: '30000 tags, 30050 changes' },
  })
  expect(record).not.toHaveProperty('progress')
  const { startedAt } = record?.lastOutcome ?? {}
  expect(record?.sawAllAt).toEqual(startedAt && new Date(startedAt.getTime() - notedWithinMs))
  expect(large.published).toHaveLength(outcomes.length)
})

it('says how far it came, and leaves the last outcome alone, until all is done', async () => {
  const large = await start()
  await large.sync()
  const before = await large.record()

  const result = await large.slice({ attempt: 'second', trigger: 'Manual', asks: ['a'] })

  expect(result.outcome).toBe('continued')
  const record = await large.record()
  expect(record?.progress).toMatchObject({
    attempt: 'second',
    trigger: 'Manual',
    slices: 1,
    total: 10_500,
    asks: ['a'],
  })
  expect(record?.progress?.done).toBeGreaterThan(1000)
  expect(result.message).toBe(`${record?.progress?.done} of 10500 tags so far`)
  expect(record).toMatchObject({ failureCount: 0, lastOutcome: before?.lastOutcome })
  expect(record).not.toHaveProperty('answered')
})

it('finds what went in the next pass, by ones and in thousands', async () => {
  const large = await start()
  await large.sync()
  for (const place of [0, 17, 9345, 10_499]) large.registry.remove(place)
  for (let place = 2000; place < 6000; place++) large.registry.remove(place)

  await large.sync()

  expect(await large.tags()).toHaveLength(10_500 - 4004)
  expect(await large.store.findTag(large.repository, tagAt(3333))).toMatchObject({ change: { action: 'tag-gone' } })
  expect(await large.store.findRepository(large.repository)).toMatchObject({ tagCount: 6496 })
})

it('F20 finds nothing gone that the list leaves out and the registry still has', async () => {
  const large = await start()
  await large.sync()
  large.registry.listOnly(500)

  await large.sync()

  expect(await large.tags()).toHaveLength(10_500)
})

it('an image that lost its last tag is found gone with it', async () => {
  const large = await start()
  await large.sync()
  const digest = large.registry.digestAt(7)
  for (let place = 7; place < 10_500; place += 50) large.registry.remove(place)
  large.registry.removeImage(7)

  await large.sync()

  expect(await large.store.findImage(large.repository, digest)).toHaveProperty('goneAt')
})

it('F9 killed between any two chunks goes on from there, and loses nothing', async () => {
  const large = await start()

  const { outcome, kills } = await syncKilled(large, { first: 200, step: 5000 })

  expect(outcome).toBe('synced')
  expect(kills).toBeGreaterThan(1)
  expect(await large.tags()).toHaveLength(10_500)
  // Never more than the chunk that it was killed in is read again.
  expect(large.registry.count('look')).toBeLessThan(10_500 + kills * 1100)
})

it('the second of two invocations at once ends quietly', async () => {
  const large = await start()

  const both = await Promise.all([large.slice({ timeoutMs: 1_000_000 }), large.slice({ timeoutMs: 1_000_000 })])

  expect(both.map(one => one.outcome).sort()).toEqual(['repeated', 'synced'])
  expect(await large.tags()).toHaveLength(10_500)
  expect(await large.record()).toMatchObject({ failureCount: 0 })
})

it('a tag that moves behind the position is seen by its hint', async () => {
  const large = await start()
  await large.sync()
  await large.slice({ timeoutMs: 5000 })
  large.registry.move(3, 40)

  await large.hint(tagAt(3))

  expect((await large.record())?.progress).toBeDefined()
  expect(await large.store.findTag(large.repository, tagAt(3))).toMatchObject({ digest: large.registry.digestAt(40) })
  expect((await large.sync()).at(-1)?.outcome).toBe('synced')
})

it('a tag that moves behind the position is seen by the next pass', async () => {
  const large = await start()
  await large.sync()
  await large.slice({ timeoutMs: 5000 })
  large.registry.move(3, 40)

  await large.sync()
  await large.sync()

  expect(await large.store.findTag(large.repository, tagAt(3))).toMatchObject({ digest: large.registry.digestAt(40) })
})

it('a hint that writes a tag of the chunk under way is read again, and nothing else', async () => {
  const large = await start()
  await large.sync()
  large.registry.move(9100, 1)
  let isHinted = false
  const store: Store = {
    ...large.store,
    saveTag: async (draft, previous) => {
      if (!isHinted && draft.tag === tagAt(9100)) {
        isHinted = true
        large.registry.move(9100, 2)
        await large.hint(tagAt(9100))
      }
      return large.store.saveTag(draft, previous)
    },
  }
  const before = large.registry.count('look')

  const { outcome } = await large.slice({ timeoutMs: 1_000_000 }, store)

  expect(outcome).toBe('synced')
  expect(await large.store.findTag(large.repository, tagAt(9100))).toMatchObject({ digest: large.registry.digestAt(2) })
  expect(large.registry.count('look') - before).toBeLessThan(10_550)
})

it('tags of objects that ask are read first, and their asks are answered by that', async () => {
  const large = await start()
  await large.sync()
  large.registry.move(10_000, 3)

  const { outcome } = await large.slice({ asks: ['uid-1/0', 'whole/0'], tags: [tagAt(10_000)] })

  expect(outcome).toBe('continued')
  expect(await large.store.findTag(large.repository, tagAt(10_000))).toMatchObject({
    digest: large.registry.digestAt(3),
  })
  expect((await large.record())?.answered).toEqual(['uid-1/0'])
  await large.sync()
  expect(new Set((await large.record())?.answered)).toEqual(new Set(['uid-1/0', 'whole/0']))
})

it('who asks in its midst is not answered by its end', async () => {
  const large = await start()
  await large.slice({ asks: ['early/0'] })

  await large.sync({ asks: ['late/0'] })

  expect((await large.record())?.answered).toEqual(['early/0'])
})

it('a slice without any progress is a Timeout, and the retry goes on from where the pass was', async () => {
  const large = await start()
  await large.slice()
  const { progress } = (await large.record()) ?? {}
  large.slowDown(60_000)

  const failed = await large.slice()

  expect(failed.outcome).toBe('failed')
  const record = await large.record()
  expect(record).toMatchObject({ failureCount: 1, lastOutcome: { reason: 'Timeout' } })
  expect(record?.progress).toMatchObject({ after: progress?.after, failedAt: record?.lastOutcome?.finishedAt })
  large.slowDown(1)
  await large.slice()
  expect((await large.record())?.progress).not.toHaveProperty('failedAt')
  expect((await large.record())?.progress?.startedAt).toEqual(progress?.startedAt)
})

it('F17 a registry that fails in mid-pass is an outcome with a reason, and what was done is not done again', async () => {
  const large = await start()
  await large.slice({ timeoutMs: 5000 })
  const { progress } = (await large.record()) ?? {}
  large.registry.fail(503)

  await large.slice()

  expect(await large.record()).toMatchObject({ failureCount: 1, lastOutcome: { reason: 'RegistryUnavailable' } })
  large.registry.fail(undefined)
  const before = large.registry.count('look')
  expect((await large.sync({ timeoutMs: 1_000_000 })).map(one => one.outcome)).toEqual(['synced'])
  expect(large.registry.count('look') - before).toBeLessThan(10_550 - (progress?.done ?? 0))
})

it('what is not through after a day begins anew', async () => {
  const large = await start()
  await large.slice({ timeoutMs: 5000 })
  large.pass(25 * 3600)

  await large.slice({ timeoutMs: 1_000_000, attempt: 'anew' })

  const record = await large.record()
  expect(record?.lastOutcome?.attempt).toBe('anew')
  expect((record?.lastOutcome?.startedAt.getTime() ?? 0) / 1000).toBeGreaterThan(Date.UTC(2026, 0, 2) / 1000)
})

it('a hint of the whole repository only notes that it is to be read', async () => {
  const large = await start()
  await large.sync()
  const before = large.registry.count('look')

  await large.hint()

  expect(large.registry.count('look') - before).toBe(0)
  expect((await large.record())?.progress).toMatchObject({ done: 0, total: 10_500 })
  expect(large.published.at(-1)).toMatchObject({ type: 'RepositorySynced' })
})
