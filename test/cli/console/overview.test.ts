import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { NotFoundError, UnavailableError, UnreadableRecordError } from '../../../shared/errors.ts'
import { type Loopback, startLoopback } from '../../support/loopback.ts'
import { installationOf } from '../memory-installation.ts'
import { schemaProblem } from '../schema.ts'
import { threeVersions } from '../three-versions.ts'
import { openPage } from './console-fixture.ts'
import { readingPage, saveGauges } from './pages.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterAll(() => world.close())

describe('the console tells of the whole', () => {
  it('what status tells, what the repositories come to, and how clusters and registries are', async () => {
    const sweep = await threeVersions(world)
    sweep.cluster.run('other', `${world.host}/not/tracked:v1`)
    await sweep.inventories()
    const page = await readingPage(world, sweep)

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
    const sweep = await threeVersions(world)
    await saveGauges(world, sweep)
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
    const sweep = await threeVersions(world)
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
    const sweep = await threeVersions(world)
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

  it('says that it was changed meanwhile, without the key of the record, where another write came first', async () => {
    const sweep = await threeVersions(world)
    const installation = installationOf(world, sweep)
    const [tag, other] = await world.store.listTags(sweep.repository)
    if (!tag || !other) throw new Error('expected two tags')
    // By whoever read the table before the tag stood there.
    const isPaused = async () => Boolean(await world.store.saveTag({ ...tag, digest: other.digest }, undefined))
    const page = await openPage({ ...installation, killSwitch: { ...installation.killSwitch, isPaused } }, sweep.now)

    const refused = await page.get('/api/policies').catch(error => error)

    expect(refused).toMatchObject({ status: 409, message: 'it was changed meanwhile; look again' })
  })

  it('keeps the keys of the table and what broke to the terminal', async () => {
    const sweep = await threeVersions(world)
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
