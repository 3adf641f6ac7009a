import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Loopback, startLoopback } from '../../support/loopback.ts'
import { createSweepFixture } from '../../support/sweep-fixture.ts'
import { installationOf } from '../memory-installation.ts'
import { openPage } from './console-fixture.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterAll(() => world.close())

/** How often each read of the table and each list of a cluster was asked for. */
async function many(count: number) {
  const sweep = createSweepFixture(world)
  const installation = installationOf(world, sweep)
  for (let at = 0; at < count; at++)
    sweep.cluster.put('Repository', `r${at}`, { repository: `many/r${at}`, registryRef: { name: 'registry' } })
  const reads: string[] = []
  const counting = <T extends object>(target: T): T =>
    new Proxy(target, {
      get: (object, name, receiver) => {
        const found: unknown = Reflect.get(object, name, receiver)
        if (typeof found !== 'function') return found
        return (...args: unknown[]) => {
          reads.push(name === 'listObjects' ? `${name} ${args[0]}` : String(name))
          return found.apply(object, args)
        }
      },
    })
  const connectClusters = async () => (await installation.connectClusters()).map(counting)
  const page = await openPage({ ...installation, store: counting(installation.store), connectClusters }, sweep.now)
  return { sweep, page, reads }
}

it('reads as often for many repositories as for few, and no tag and no image', async () => {
  const readsOf = async (count: number) => {
    const { page, reads } = await many(count)
    await page.get('/api/overview')
    await page.get('/api/repositories', { limit: '50' })
    await page.get('/api/policies')
    await page.get('/api/pictures/calendar')
    return reads.sort()
  }

  const [few, all] = [await readsOf(10), await readsOf(3000)]

  expect(all).toEqual(few)
  expect(all.filter(name => /Tags?$|Images?$|listUsage/.test(name))).toEqual([])
  expect(all.filter(name => name === 'listObjects Repository')).toHaveLength(1)
})

it('pages through all of them by one read, and reads again after some seconds', async () => {
  const { sweep, page, reads } = await many(700)

  const names: string[] = []
  let cursor: string | undefined
  do {
    const shown = await page.get('/api/repositories', { limit: '100', ...(cursor && { cursor }) })
    names.push(...shown.items.map(({ repository }) => repository))
    cursor = shown.next
  } while (cursor !== undefined)
  const once = reads.filter(name => name === 'findRepositories').length
  sweep.pass(60)
  await page.get('/api/repositories')

  expect(new Set(names).size).toBe(700)
  expect([once, reads.filter(name => name === 'findRepositories').length]).toEqual([1, 2])
})

it('looks back a bounded way for what no history has, and says how far', async () => {
  const { page, reads } = await many(3)

  const shown = await page.get('/api/history', { namespace: 'nobody' })

  expect(shown.items).toEqual([])
  expect(shown.next).toBeDefined()
  expect(reads.filter(name => name === 'listChanges').length).toBeLessThanOrEqual(11)
  expect(reads.filter(name => name.startsWith('listObjects')).length).toBeLessThanOrEqual(2)
  expect(Date.parse(shown.readBackTo)).toBeLessThan(Date.parse('2025-10-10T00:00:00Z'))
})
