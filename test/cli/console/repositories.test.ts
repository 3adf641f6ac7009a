import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Loopback, startLoopback } from '../../support/loopback.ts'
import { createSweepFixture } from '../../support/sweep-fixture.ts'
import { threeVersions } from '../three-versions.ts'
import { Refused } from './console-fixture.ts'
import { policyOf, readingPage } from './pages.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterAll(() => world.close())

describe('the console tells of a repository', () => {
  it('the versions newest first with what is below them, and where each policy cuts', async () => {
    const sweep = createSweepFixture(world)
    sweep.policy()
    sweep.trackWhole()
    await sweep.release('v1', { platforms: ['linux/amd64', 'linux/arm64'] })
    const subject = await sweep.tag('v1')
    await world.push({ repository: sweep.path, tag: `${subject?.replace(':', '-')}.sig` })
    await sweep.release('v2')
    await sweep.inventories()
    const page = await readingPage(world, sweep)

    const shown = await page.get('/api/repository', { name: sweep.repository })

    expect(shown.items.map(({ tags, position, goes }) => [tags[0], position, goes])).toEqual([
      ['v2', 0, false],
      ['v1', 1, true],
    ])
    expect(shown.items[1]?.tree.map(({ kind, label }) => [kind, label])).toEqual([
      ['platform', 'linux/amd64'],
      ['platform', 'linux/arm64'],
      ['referrer', expect.stringMatching(/^sha256-.*\.sig$/)],
    ])
    expect(shown.cuts).toEqual([{ policy: policyOf(sweep), firstGone: 1, goes: 1, stoppedBy: [] }])
    expect(shown.parts).toBe(3)
  })

  it('page by page, each version once, with its place', async () => {
    const sweep = await threeVersions(world)
    const page = await readingPage(world, sweep)

    const first = await page.get('/api/repository', { name: sweep.repository, limit: '2' })
    const second = await page.get('/api/repository', { name: sweep.repository, limit: '2', cursor: String(first.next) })

    expect([...first.items, ...second.items].map(({ tags, position }) => [tags[0], position])).toEqual([
      ['v3', 0],
      ['v2', 1],
      ['v1', 2],
    ])
    expect([first.total, second.total, second.next]).toEqual([3, 3, undefined])
  })

  it('finds repositories by a part of their name', async () => {
    const sweep = await threeVersions(world)
    sweep.cluster.put('Repository', 'shop', { repository: 'shop/web', registryRef: { name: 'registry' } })
    const page = await readingPage(world, sweep)

    const all = await page.get('/api/repositories')
    const found = await page.get('/api/repositories', { search: 'SHOP/' })

    expect(all.total).toBe(2)
    expect(found.items.map(({ repository }) => repository)).toEqual([`${world.host}/shop/web`])
  })

  it.each(['../../etc/passwd', 'nowhere/app', 'a\u0000b', '<script>', '\u202egnp.exe', 'x'.repeat(1999)])(
    'refuses the name %j as what is not known, in words',
    async name => {
      const page = await readingPage(world, await threeVersions(world))

      const refusals = await Promise.all([
        page.get('/api/repository', { name }).catch(error => error),
        page.get('/api/image', { name }).catch(error => error),
        page.get('/api/policy', { name }).catch(error => error),
      ])

      expect(refusals.map(error => error instanceof Refused && [400, 404].includes(error.status))).toEqual([
        true,
        true,
        true,
      ])
      expect(refusals.map(({ message }) => /expected/.test(message))).toEqual([true, true, true])
    },
  )

  it.each([
    ['/api/repositories?limit=0', 'limit: expected a number from 1 to 500'],
    ['/api/repositories?limit=501', 'limit: expected a number from 1 to 500'],
    ['/api/repositories?limit=1e2', 'limit: expected a number from 1 to 500'],
    ['/api/repositories?cursor=x', 'cursor: expected the next of a page before'],
    ['/api/repositories?page=2', 'query: expected known fields'],
    ['/api/history?since=tomorrow', 'since: expected an age'],
    ['/api/history?action=exploded', 'expected one of tag-created'],
    ['/api/image', 'name: expected string'],
  ])('refuses %s', async (path, message) => {
    const page = await readingPage(world, await threeVersions(world))
    const [route = '', query] = path.split('?')

    const refused = page.get(route as '/api/repositories', Object.fromEntries(new URLSearchParams(query)))

    await expect(refused).rejects.toMatchObject({ status: 400 })
    await expect(refused).rejects.toThrow(message)
  })

  it('B36 gives hostile names as they are, as JSON that no browser takes for a page', async () => {
    const sweep = await threeVersions(world)
    const hostile = '</script><img src=x onerror=alert(1)>\u202e\u001b[2J'
    sweep.cluster.run(hostile, `${sweep.repository}:v1`)
    await sweep.inventories()
    const page = await readingPage(world, sweep)

    const shown = await page.get('/api/repository', { name: sweep.repository })

    expect(shown.items.find(({ tags }) => tags[0] === 'v1')?.usedBy.join()).toContain(hostile)
  })
})
