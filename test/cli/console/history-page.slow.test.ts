import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createMetricsStore } from '../../../shared/adapters/store/metrics-store.ts'
import { type Loopback, startLoopback } from '../../support/loopback.ts'
import { threeVersions } from '../three-versions.ts'
import { readingPage, saveGauges } from './pages.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterAll(() => world.close())

describe('the console tells what happened', () => {
  it('newest first, page by page, each change once', async () => {
    const sweep = await threeVersions(world)
    await sweep.sweep()
    const page = await readingPage(world, sweep)

    const pages = []
    let cursor: string | undefined
    do {
      const shown = await page.get('/api/history', {
        repository: sweep.repository,
        limit: '3',
        ...(cursor && { cursor }),
      })
      pages.push(shown)
      cursor = shown.next
    } while (cursor !== undefined && pages.length < 50)
    const changes = pages.flatMap(({ items }) => items)

    expect(new Set(changes.map(({ id }) => id)).size).toBe(changes.length)
    expect(pages.every(({ items }) => items.length <= 3)).toBe(true)
    expect(changes.map(({ action }) => action).filter(action => action === 'deleted')).toHaveLength(2)
    expect(changes.filter(({ action }) => action === 'image-recorded')).toHaveLength(3)
    const times = changes.map(({ at }) => Date.parse(at))
    expect(times).toEqual(times.toSorted((a, b) => b - a))
    expect(cursor).toBeUndefined()
  })

  it('of actions, an image, a policy, a namespace and a time', async () => {
    const sweep = await threeVersions(world)
    await sweep.sweep()
    const page = await readingPage(world, sweep)
    const digest = (await world.store.listTags(sweep.repository)).find(({ tag }) => tag === 'v2')?.digest
    const image = `${sweep.repository}@${digest}`
    const actionsOf = async (query: Parameters<typeof page.get<'/api/history'>>[1]) =>
      (await page.get('/api/history', query)).items.map(({ action }) => action)

    expect(await actionsOf({ image, action: 'marked,deleted' })).toEqual(['deleted', 'deleted', 'marked'])
    expect(await actionsOf({ policy: 'team/cleanup', action: 'marked' })).toEqual(['marked'])
    expect(await actionsOf({ namespace: 'team', repository: sweep.repository, action: 'marked' })).toEqual(['marked'])
    expect(await actionsOf({ namespace: 'nobody' })).toEqual([])
    expect(await actionsOf({ repository: sweep.repository, until: '2026-01-01T00:30:00Z' })).not.toContain('marked')
    expect(await actionsOf({ repository: sweep.repository, since: '10m', action: 'image-recorded' })).toEqual([])
  })

  it('in pictures: bytes freed, stages, pulls, and what goes when', async () => {
    const sweep = await threeVersions(world, { schedule: '0 2 * * *' })
    await saveGauges(world, sweep)
    await createMetricsStore(world.table.client, world.table.tableName).addHeldDay({
      ...{ cluster: sweep.cluster.name, day: '2026-01-01', expiresAtSeconds: 4_000_000_000 },
      stored: [{ registry: world.host, bytes: 900 }],
    })
    await sweep.sweep()
    const whole = sweep.cluster.get('Repository', 'whole')
    if (whole)
      await sweep.cluster.applyStatus(whole, {
        cleanup: { candidate: true, markedImages: 2, deleteAfter: '2026-02-03T00:00:00Z' },
      })
    const page = await readingPage(world, sweep)

    const bytes = await page.get('/api/pictures/bytes')
    const stages = await page.get('/api/pictures/stages')
    const pulls = await page.get('/api/pictures/pulls')
    const calendar = await page.get('/api/pictures/calendar')

    expect(bytes.days).toHaveLength(30)
    expect(bytes.days.at(-1)).toMatchObject({ day: '2026-01-01', freedBytes: expect.any(Number) })
    expect(bytes.days.at(-1)?.freedBytes).toBeGreaterThan(0)
    expect(bytes.held).toEqual([{ registry: world.host, bytes: 1000 }])
    expect(bytes.heldDays).toEqual([{ day: '2026-01-01', held: [{ registry: world.host, bytes: 900 }] }])
    expect(stages.days).toHaveLength(30)
    expect(stages.days.at(-1)).toEqual({
      day: '2026-01-01',
      stages: { Introduction: 1, Use: 2, Maintenance: 3, Cleanup: 4 },
    })
    expect(pulls).toEqual({ items: [], total: 0, succeeded: 0, failed: 0, backedOff: 0, problems: [] })
    expect(calendar.days.map(({ day, marked, runs }) => [day, marked, runs.length])).toEqual([
      ['2026-01-02', 0, 1],
      ['2026-02-03', 2, 0],
    ])
  })
})
