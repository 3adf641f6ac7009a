import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { UnavailableError } from '../../../shared/errors.ts'
import { type Loopback, startLoopback } from '../../support/loopback.ts'
import { createSweepFixture } from '../../support/sweep-fixture.ts'
import { installationOf } from '../memory-installation.ts'
import { threeVersions } from '../three-versions.ts'
import { openPage } from './console-fixture.ts'
import { actingPage, policyOf, readingPage } from './pages.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterAll(() => world.close())

describe('the console tells of policies', () => {
  it('what they are, when they run next, and what they did', async () => {
    const sweep = await threeVersions(world, { schedule: '0 2 * * *' })
    await sweep.sweep()
    const page = await readingPage(world, sweep)

    const { items } = await page.get('/api/policies')
    const one = await page.get('/api/policy', { name: policyOf(sweep) })
    const runs = await page.get('/api/runs', { policy: 'team/cleanup' })

    expect(items).toHaveLength(1)
    expect(one).toMatchObject({ ...items[0], ready: true, paused: false, schedule: '0 2 * * *', totalDeleted: 1 })
    expect(one.nextRunAt).toMatch(/T02:00:00Z$/)
    expect(one.spec).toMatchObject({ keepRecent: 1, schedule: '0 2 * * *' })
    expect(one.yaml).toMatch(/^apiVersion: image\.theriseunion\.io\/v1alpha1\nkind: ImageCleanupPolicy\n/)
    expect(one.yaml).not.toMatch(/uid|resourceVersion|annotations/)
    expect(runs.items[0]).toMatchObject({
      policy: policyOf(sweep),
      deleted: 1,
      undo: expect.stringContaining('restore --run'),
    })
    expect(one.runs).toEqual(runs.items)
  })

  it('to apply, with the labels and annotations that people wrote and no request that is made once', async () => {
    const sweep = await threeVersions(world)
    const kept = { 'theriseunion.io/pause': 'true', 'example.com/owner': 'team' }
    const annotations = {
      ...kept,
      'kubectl.kubernetes.io/last-applied-configuration': '{}',
      'theriseunion.io/manual-run': '1',
      'theriseunion.io/approve': 'hash',
      'theriseunion.io/restore': 'run',
    }
    sweep.cluster.put('ImageCleanupPolicy', 'labelled', { keepRecent: 1 }, { labels: { app: 'x' }, annotations })
    const page = await readingPage(world, sweep)

    const { yaml } = await page.get('/api/policy', { name: `${sweep.cluster.name}/team/labelled` })

    expect(parse(yaml).metadata).toEqual({
      namespace: 'team',
      name: 'labelled',
      labels: { app: 'x' },
      annotations: kept,
    })
  })

  it('one that cannot be read, with what is wrong', async () => {
    const sweep = await threeVersions(world, { keepRecent: -1 })
    const page = await readingPage(world, sweep)

    const { items } = await page.get('/api/policies')

    expect(items[0]).toMatchObject({
      policy: policyOf(sweep),
      ready: false,
      message: expect.stringContaining('keepRecent'),
    })
  })

  it('which clusters cannot be read, so that theirs are not taken for none', async () => {
    const sweep = await threeVersions(world, { schedule: '0 2 * * *' })
    const installation = installationOf(world, sweep)
    const listObjects = async (): Promise<never> => {
      throw new UnavailableError('list policies of cluster down: connect ECONNREFUSED', { kind: 'network' })
    }
    const down = { ...sweep.cluster, name: 'down', listObjects }
    const connectClusters = async () => [...(await installation.connectClusters()), down]
    const page = await openPage({ ...installation, connectClusters }, sweep.now)

    const policies = await page.get('/api/policies')
    const calendar = await page.get('/api/pictures/calendar')
    const ofDown = await page.get('/api/policy', { name: 'down/team/cleanup' }).catch(error => error)
    const ofOther = await page.get('/api/policy', { name: `${sweep.cluster.name}/team/none` }).catch(error => error)

    const unread = [{ cluster: 'down', message: expect.stringContaining('ECONNREFUSED') }]
    expect([policies.items.length, policies.unread, calendar.unread]).toEqual([1, unread, unread])
    expect(ofDown).toMatchObject({ status: 503, message: expect.stringContaining('ECONNREFUSED') })
    expect(ofOther).toMatchObject({ status: 404 })
  })

  it('what a changed one would change and free, and applies nothing', async () => {
    const sweep = await threeVersions(world)
    const page = await readingPage(world, sweep)
    const { spec } = await page.get('/api/policy', { name: policyOf(sweep) })

    const more = await page.post('/api/what-if', { policy: policyOf(sweep), spec: { ...spec, keepRecent: 2 } })
    const same = await page.post('/api/what-if', { policy: policyOf(sweep), spec })
    const wrong = await page
      .post('/api/what-if', { policy: policyOf(sweep), spec: { keepRecent: 'two' } })
      .catch(error => error)

    expect(more.items.map(({ tags, change }) => [tags[0], change])).toEqual([['v2', 'deleted-to-kept']])
    expect(more.freedBytes.after).toBe(0)
    expect(more.freedBytes.more).toBe(-more.freedBytes.before)
    expect(more.freedBytes.before).toBeGreaterThan(0)
    expect(more.yaml).toContain('keepRecent: 2')
    expect(same.items).toEqual([])
    expect(same.freedBytes.more).toBe(0)
    expect(wrong).toMatchObject({ status: 400, message: expect.stringContaining('spec.keepRecent: expected') })
    expect(sweep.cluster.get('ImageCleanupPolicy', 'cleanup')?.spec).toMatchObject({ keepRecent: 1 })
    expect(sweep.cluster.writes).toMatchObject({ annotate: 0, deleteObject: 0 })
  })

  it('pauses and resumes all, and one, by the person’s own rights', async () => {
    const sweep = await threeVersions(world)
    const page = await actingPage(world, sweep)

    const paused = [await page.post('/api/pause', {}), await page.post('/api/pause', { policy: policyOf(sweep) })]
    const between = await page.get('/api/policy', { name: policyOf(sweep) })
    const stopped = (await page.get('/api/overview')).status.sweeps.paused
    const resumed = [await page.post('/api/resume', { policy: policyOf(sweep) }), await page.post('/api/resume', {})]
    const after = await page.get('/api/policy', { name: policyOf(sweep) })

    expect([...paused, ...resumed].map(({ lines }) => lines.length > 0)).toEqual(Array(4).fill(true))
    expect([between.paused, stopped, after.paused, sweep.killSwitch.on]).toEqual([true, true, false, false])
  })

  it('approves the plan that the person has seen, and no other', async () => {
    const sweep = createSweepFixture(world)
    sweep.policy({ maxDeletionPercent: 10 })
    sweep.trackWhole()
    for (let at = 1; at <= 23; at++) await world.push({ repository: sweep.path, tag: `v1.0.${at}` })
    await sweep.sync()
    sweep.pass(3600)
    await sweep.sweep()
    const page = await actingPage(world, sweep)
    const { waiting } = await page.get('/api/policy', { name: policyOf(sweep) })

    const wrong = await page.post('/api/approve', { policy: policyOf(sweep), hash: 'other' }).catch(error => error)
    const { lines } = await page.post('/api/approve', { policy: policyOf(sweep), hash: String(waiting?.hash) })

    expect(waiting).toMatchObject({
      count: 1,
      repositories: [{ repository: sweep.repository, images: 23, toDelete: 22 }],
    })
    expect(wrong).toMatchObject({ status: 400 })
    expect(lines.join()).toContain(`approved the plan ${waiting?.hash}`)
  })
})
