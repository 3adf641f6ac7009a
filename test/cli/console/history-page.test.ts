import { afterAll, beforeAll, expect, it } from 'vitest'
import type { RecordedChange } from '../../../shared/domain/audit.ts'
import type { Store } from '../../../shared/ports/store.ts'
import { type Loopback, startLoopback } from '../../support/loopback.ts'
import { installationOf } from '../memory-installation.ts'
import { threeVersions } from '../three-versions.ts'
import { openPage } from './console-fixture.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterAll(() => world.close())

/** The page of three versions whose store lists changes so. */
async function pageWith(listChanges: Store['listChanges']) {
  const sweep = await threeVersions(world)
  const installation = installationOf(world, sweep)
  const page = await openPage({ ...installation, store: { ...installation.store, listChanges } }, sweep.now)
  return { page, repository: sweep.repository }
}

it('reads the history of a repository backwards in windows, as that of a time', async () => {
  const windowsMs: number[] = []
  const { page, repository } = await pageWith(async (from, to) => {
    windowsMs.push(to.getTime() - from.getTime())
    return []
  })

  await page.get('/api/history', { image: repository })
  await page.get('/api/history', { image: 'whole', namespace: 'team' })

  expect(windowsMs).toHaveLength(22)
  // The functions' clocks may be a quarter of an hour ahead.
  expect([windowsMs[0], windowsMs[11]].every(ms => (ms ?? 0) <= 75 * 60_000)).toBe(true)
})

it('looks back no further at once than an hour where much happened that is not asked for', async () => {
  const windowsMs: number[] = []
  const changes = Array.from({ length: 50_000 }, (_, place) => changeAt(place))
  const { page } = await pageWith(async (from, to) => {
    windowsMs.push(to.getTime() - from.getTime())
    return changes
  })

  const shown = await page.get('/api/history', { action: 'deleted' })

  expect([shown.items.length, shown.next]).toEqual([0, expect.any(String)])
  expect(windowsMs.every(ms => ms <= 75 * 60_000)).toBe(true)
})

it('shows a page of an hour in which more changed than a call may take arguments', async () => {
  const changes = Array.from({ length: 200_000 }, (_, place) => changeAt(place))
  const { page } = await pageWith(async (from, to) => changes.filter(({ at }) => at >= from && at <= to))

  const first = await page.get('/api/history', { limit: '2' })
  const second = await page.get('/api/history', { limit: '2', cursor: String(first.next) })

  expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(['199999', '199998', '199997', '199996'])
})

/** One each millisecond from 02:55 on; it is 03:00. */
const changeAt = (place: number): RecordedChange => ({
  id: String(place),
  at: new Date(Date.parse('2026-01-01T02:55:00Z') + place),
  actor: 'sync',
  action: 'image-recorded',
  repository: 'registry.example.com/app',
  digest: `sha256:${'a'.repeat(64)}`,
  reason: '',
  facts: [],
})
