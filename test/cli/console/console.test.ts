import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createMetricsStore } from '../../../shared/adapters/store/metrics-store.ts'
import { NotFoundError, UnavailableError, UnreadableRecordError } from '../../../shared/errors.ts'
import { type Loopback, startLoopback } from '../../support/loopback.ts'
import { createSweepFixture, type SweepFixture } from '../../support/sweep-fixture.ts'
import { installationOf } from '../memory-installation.ts'
import { schemaProblem } from '../schema.ts'
import { openPage, Refused } from './console-fixture.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterAll(() => world.close())

/** v1 runs, v2 nothing keeps, v3 is the newest. */
async function three(spec: object = {}): Promise<SweepFixture> {
  const sweep = createSweepFixture(world)
  sweep.policy(spec)
  sweep.trackWhole()
  sweep.cluster.run('myapp', `${sweep.repository}:v1`)
  for (const tag of ['v1', 'v2', 'v3']) await sweep.release(tag)
  await sweep.inventories()
  return sweep
}

const reading = (sweep: SweepFixture) => openPage(installationOf(world, sweep), sweep.now)
const acting = (sweep: SweepFixture) => openPage(installationOf(world, sweep, { mayWrite: true }), sweep.now)
const policyOf = (sweep: SweepFixture) => `${sweep.cluster.name}/team/cleanup`

describe('the console tells of the whole', () => {
  it('what status tells, what the repositories come to, and how clusters and registries are', async () => {
    const sweep = await three()
    sweep.cluster.run('other', `${world.host}/not/tracked:v1`)
    await sweep.inventories()
    const page = await reading(sweep)

    const overview = await page.get('/api/overview')

    expect(await schemaProblem('status/status.schema.json', overview.status)).toBeUndefined()
    expect(overview.repositories).toMatchObject({ count: 1, tags: 3, inUse: 1, marked: 0 })
    expect(overview.repositories.storedBytes).toBeGreaterThan(0)
    expect(overview.untracked).toEqual({ count: 1, repositories: [`${world.host}/not/tracked`] })
    expect(overview.clusters).toEqual([
      { name: sweep.cluster.name, ok: true, message: expect.stringContaining('listed at') },
    ])
    expect(overview.registries).toEqual([{ name: world.host, ok: true, message: 'answers' }])
    expect(overview.stagesAt).toBeUndefined()
  })

  it('the four stages as they were counted, and how registries are that are left alone', async () => {
    const sweep = await three()
    await saveGauges(sweep)
    const installation = installationOf(world, sweep)
    const until = new Date(sweep.now().getTime() + 60_000)
    const findHost = async () => ({
      host: world.host,
      failures: 3,
      since: sweep.now(),
      repositories: [],
      timesLeft: 1,
      until,
      message: 'it sent nothing for 15 s',
      number: 1,
    })
    const page = await openPage({ ...installation, store: { ...installation.store, findHost } }, sweep.now)

    const overview = await page.get('/api/overview')

    expect(overview.stages).toEqual({ Introduction: 1, Use: 2, Maintenance: 3, Cleanup: 4 })
    expect(overview.stagesAt).toBe('2026-01-01T03:00:00Z')
    expect(overview.stagesTooLarge).toBe(5)
    expect(overview.registries).toEqual([
      { name: world.host, ok: false, message: 'is left alone until 2026-01-01T03:01:00Z: it sent nothing for 15 s' },
    ])
  })

  it('names a cluster that cannot be read with the reason, and shows the rest', async () => {
    const sweep = await three()
    const installation = installationOf(world, sweep)
    const listObjects = async (): Promise<never> => {
      throw new UnavailableError('list repositories of cluster down: connect ECONNREFUSED', { kind: 'network' })
    }
    const down = { ...sweep.cluster, name: 'down', listObjects }
    const connectClusters = async () => [...(await installation.connectClusters()), down]
    const settings = {
      ...installation.settings,
      clusters: [...installation.settings.clusters, { ...installation.settings.clusters[0], name: 'down' }],
    } as typeof installation.settings
    const page = await openPage({ ...installation, settings, connectClusters }, sweep.now)

    const { clusters, repositories, status } = await page.get('/api/overview')

    expect(clusters.map(({ name, ok }) => [name, ok])).toEqual([
      [sweep.cluster.name, true],
      ['down', false],
    ])
    expect(clusters[1]?.message).toContain('ECONNREFUSED')
    expect(status.red.map(({ what }) => what)).toContain('cluster down')
    expect(repositories.count).toBe(1)
  })

  it('names no secret of the settings, where a message has its id', async () => {
    const sweep = await three()
    const installation = installationOf(world, sweep)
    const connectClusters = async (): Promise<never> => {
      throw new NotFoundError('cluster eu-1: expected a kubeconfig in secret arn:aws:x:secret/team-Ab.1, found none')
    }
    const [cluster] = installation.settings.clusters
    const settings = {
      ...installation.settings,
      clusters: [{ ...cluster, kubeconfigSecret: 'arn:aws:x:secret/team-Ab.1' }],
    } as typeof installation.settings
    const page = await openPage({ ...installation, settings, connectClusters }, sweep.now)

    const refused = page.get('/api/policies')

    await expect(refused).rejects.toThrow('cluster eu-1: expected a kubeconfig in its secret, found none')
    await expect(refused).rejects.toMatchObject({ status: 404 })
  })

  it('keeps the keys of the table and what broke to the terminal', async () => {
    const sweep = await three()
    const installation = installationOf(world, sweep)
    const failing = (error: Error) => ({ ...installation.killSwitch, isPaused: () => Promise.reject(error) })
    const record = await openPage(
      { ...installation, killSwitch: failing(new UnreadableRecordError('REPO#a IMAGE#b', 'digest')) },
      sweep.now,
    )
    const bug = await openPage({ ...installation, killSwitch: failing(new TypeError('x of undefined')) }, sweep.now)

    const refusals = await Promise.all([record, bug].map(page => page.get('/api/policies').catch(error => error)))

    expect(refusals.map(({ status }) => status)).toEqual([500, 500])
    expect(refusals[0].message).toMatch(/^a record of the installation cannot be read, /)
    expect(refusals[1].message).toMatch(/^the console failed, /)
    expect(refusals.map(({ message }) => /REPO#|undefined/.test(message))).toEqual([false, false])
    expect(record.errors).toEqual([expect.any(UnreadableRecordError)])
    expect(bug.errors).toEqual([expect.any(TypeError)])
  })
})

async function saveGauges(sweep: SweepFixture): Promise<void> {
  await createMetricsStore(world.table.client, world.table.tableName).saveGauges(
    {
      cluster: sweep.cluster.name,
      takenAt: sweep.now(),
      versions: [],
      failures: [],
      dropped: { versions: 0, failures: 0 },
      secrets: [],
      namespaces: [],
      policies: { paused: 0, notAuthorized: 0, total: 0 },
      stages: { Introduction: 1, Use: 2, Maintenance: 3, Cleanup: 4 },
      marked: 0,
      repositories: { measured: 1, tooLarge: 5 },
      stored: [{ registry: world.host, bytes: 1000 }],
    },
    undefined,
  )
}

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
    const page = await reading(sweep)

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
    const sweep = await three()
    const page = await reading(sweep)

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
    const sweep = await three()
    sweep.cluster.put('Repository', 'shop', { repository: 'shop/web', registryRef: { name: 'registry' } })
    const page = await reading(sweep)

    const all = await page.get('/api/repositories')
    const found = await page.get('/api/repositories', { search: 'SHOP/' })

    expect(all.total).toBe(2)
    expect(found.items.map(({ repository }) => repository)).toEqual([`${world.host}/shop/web`])
  })

  it.each(['../../etc/passwd', 'nowhere/app', 'a\u0000b', '<script>', '\u202egnp.exe', 'x'.repeat(1999)])(
    'refuses the name %j as what is not known, in words',
    async name => {
      const page = await reading(await three())

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
    const page = await reading(await three())
    const [route = '', query] = path.split('?')

    const refused = page.get(route as '/api/repositories', Object.fromEntries(new URLSearchParams(query)))

    await expect(refused).rejects.toMatchObject({ status: 400 })
    await expect(refused).rejects.toThrow(message)
  })

  it('B36 gives hostile names as they are, as JSON that no browser takes for a page', async () => {
    const sweep = await three()
    const hostile = '</script><img src=x onerror=alert(1)>\u202e\u001b[2J'
    sweep.cluster.run(hostile, `${sweep.repository}:v1`)
    await sweep.inventories()
    const page = await reading(sweep)

    const shown = await page.get('/api/repository', { name: sweep.repository })

    expect(shown.items.find(({ tags }) => tags[0] === 'v1')?.usedBy.join()).toContain(hostile)
  })
})

describe('the console tells of an image', () => {
  it('why it was deleted and how it comes back, and puts it back after a dry run of the same', async () => {
    const sweep = await three()
    const digest = await sweep.tag('v2')
    await sweep.sweep()
    const name = `${sweep.repository}@${digest}`
    const page = await acting(sweep)

    const gone = await page.get('/api/image', { name })
    const image = gone.restore?.image ?? ''
    const unseen = await page.post('/api/restore', { images: [image], dryRun: false }).catch(error => error)
    const dry = await page.post('/api/restore', { images: [image], dryRun: true })
    const heldBefore = await sweep.listTags()
    const other = await page
      .post('/api/restore', { images: ['x'], dryRun: false, confirm: String(dry.confirm) })
      .catch(error => error)
    const done = await page.post('/api/restore', { images: [image], dryRun: false, confirm: String(dry.confirm) })
    const twice = await page
      .post('/api/restore', { images: [image], dryRun: false, confirm: String(dry.confirm) })
      .catch(error => error)

    expect(await schemaProblem('explain/explain.schema.json', gone.explanation)).toBeUndefined()
    expect(gone.explanation).toMatchObject({ state: 'gone', gone: { by: `policy ${policyOf(sweep)}` } })
    expect(gone.timeline.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['pushed', 'image-recorded', 'marked', 'deleted']),
    )
    expect(gone.restorableUntil).toContain('garbage collection')
    expect(gone.restore).toEqual({ image: name, run: gone.explanation.gone?.run })
    expect([unseen.status, other.status, twice.status]).toEqual([409, 409, 409])
    expect(unseen.message).toMatch(/^expected a dry run of the same/)
    expect(heldBefore).toEqual(['v1', 'v3'])
    expect([dry.totals.restored, done.totals.restored]).toEqual([2, 2])
    expect(await sweep.listTags()).toEqual(['v1', 'v2', 'v3'])
  })

  it('when what is marked goes, which lies ahead of all that happened', async () => {
    const sweep = await three()
    await sweep.sweep(1)
    const page = await reading(sweep)

    const marked = await page.get('/api/image', { name: `${sweep.repository}:v2` })

    expect(marked.explanation.state).toBe('marked')
    expect(marked.timeline.at(-1)).toMatchObject({ action: 'due', at: marked.explanation.mark?.deleteAfter })
    expect(marked.timeline.filter(({ action }) => action === 'due')).toHaveLength(1)
    expect(marked.restore).toBeUndefined()
    const times = marked.timeline.map(({ at }) => Date.parse(at))
    expect(times).toEqual(times.toSorted((a, b) => a - b))
  })

  it('nothing ahead of what is kept', async () => {
    const sweep = await three()
    const page = await reading(sweep)

    const { timeline } = await page.get('/api/image', { name: `${sweep.repository}:v1` })

    expect(timeline.map(({ action }) => action)).not.toContain('due')
  })
})

describe('the console tells of policies', () => {
  it('what they are, when they run next, and what they did', async () => {
    const sweep = await three({ schedule: '0 2 * * *' })
    await sweep.sweep()
    const page = await reading(sweep)

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

  it('one that cannot be read, with what is wrong', async () => {
    const sweep = await three({ keepRecent: -1 })
    const page = await reading(sweep)

    const { items } = await page.get('/api/policies')

    expect(items[0]).toMatchObject({
      policy: policyOf(sweep),
      ready: false,
      message: expect.stringContaining('keepRecent'),
    })
  })

  it('what a changed one would change and free, and applies nothing', async () => {
    const sweep = await three()
    const page = await reading(sweep)
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
    const sweep = await three()
    const page = await acting(sweep)

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
    const page = await acting(sweep)
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

describe('the console tells what happened', () => {
  it('newest first, page by page, each change once', async () => {
    const sweep = await three()
    await sweep.sweep()
    const page = await reading(sweep)

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
    const sweep = await three()
    await sweep.sweep()
    const page = await reading(sweep)
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
    const sweep = await three({ schedule: '0 2 * * *' })
    await saveGauges(sweep)
    await sweep.sweep()
    const whole = sweep.cluster.get('Repository', 'whole')
    if (whole)
      await sweep.cluster.applyStatus(whole, {
        cleanup: { candidate: true, markedImages: 2, deleteAfter: '2026-02-03T00:00:00Z' },
      })
    const page = await reading(sweep)

    const bytes = await page.get('/api/pictures/bytes')
    const stages = await page.get('/api/pictures/stages')
    const pulls = await page.get('/api/pictures/pulls')
    const calendar = await page.get('/api/pictures/calendar')

    expect(bytes.days).toHaveLength(30)
    expect(bytes.days.at(-1)).toMatchObject({ day: '2026-01-01', freedBytes: expect.any(Number) })
    expect(bytes.days.at(-1)?.freedBytes).toBeGreaterThan(0)
    expect(bytes.held).toEqual([{ registry: world.host, bytes: 1000 }])
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
