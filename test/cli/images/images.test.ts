import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listImages } from '../../../cli/images/list-images.ts'
import { listRepositories } from '../../../cli/images/list-repositories.ts'
import { printImages, printRepositories } from '../../../cli/images/print-images.ts'
import { UnavailableError } from '../../../shared/errors.ts'
import { type Loopback, startLoopback } from '../../support/loopback.ts'
import { createMemoryCluster } from '../../support/memory-cluster.ts'
import { recordedCalls } from '../../support/recorded-calls.ts'
import { createSweepFixture, type SweepFixture } from '../../support/sweep-fixture.ts'
import { installationOf } from '../memory-installation.ts'
import { schemaProblem } from '../schema.ts'
import { threeVersions } from '../three-versions.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterAll(() => world.close())

const list = (sweep: SweepFixture) => listImages(sweep.repository, installationOf(world, sweep), sweep.now())
const pipe = { columns: Number.POSITIVE_INFINITY, colours: false }

const three = (spec?: object) => threeVersions(world, spec)

describe('shelflife images of a repository', () => {
  it('tells the newest first what runs, what keeps each, and what goes', async () => {
    const { images } = await list(await three())

    expect(images.map(one => [one.tags[0], one.role, one.goes])).toEqual([
      ['v3', undefined, false],
      ['v2', undefined, true],
      ['v1', 'Current', false],
    ])
    expect(images[0]?.fate).toMatch(/^kept by keepRecent: among the newest 1/)
    expect(images[1]?.fate).toMatch(/not among the newest 1 \(policy eu-own-\d+\/team\/cleanup\)$/)
    expect(images[2]?.fate).toMatch(/^kept by in-use: used by Deployment team\/myapp in cluster eu-own-/)
    expect(images[2]?.usedBy).toEqual([expect.stringContaining('Deployment team/myapp')])
  })

  it('tells when what is marked goes', async () => {
    const sweep = await three()
    await sweep.sweep(1)

    const { images } = await list(sweep)

    expect(images.find(one => one.tags[0] === 'v2')).toMatchObject({ stage: 'Cleanup', goes: true, role: 'Deletable' })
    expect(images.find(one => one.tags[0] === 'v2')?.fate).toMatch(
      /^marked, deleted after 2026-01-01T.*Z because not among the newest 1/,
    )
  })

  it('lets nothing go that a policy on dry run or a stopped one would delete', async () => {
    const dry = await three({ dryRun: true })
    const stopped = await three()
    stopped.killSwitch.on = true

    const fates = [(await list(dry)).images[1], (await list(stopped)).images[1]]

    expect(fates.map(one => one?.goes)).toEqual([false, false])
    expect(fates[0]?.fate).toMatch(/^not deleted while the policy is on dry run/)
    expect(fates[1]?.fate).toMatch(/^not deleted while all sweeps are paused/)
  })

  it('counts the platforms of an index as parts of it, with their size and their use', async () => {
    const sweep = createSweepFixture(world)
    sweep.trackWhole()
    await sweep.release('v1', { platforms: ['linux/amd64', 'linux/arm64'] })

    const { images, parts } = await list(sweep)

    expect(images).toHaveLength(1)
    expect(parts).toBe(2)
    expect(images[0]?.platforms?.toSorted()).toEqual(['linux/amd64', 'linux/arm64'])
    expect(images[0]?.sizeBytes).toBeGreaterThan(0)
    expect(images[0]?.fate).toBe('kept: no policy covers it')
  })

  it.each([40, 80, 200])('tells all of it at %i columns', async columns => {
    const sweep = await three()
    const shown = await list(sweep)

    const text = [...printImages(shown, sweep.now(), { columns, colours: false })].join('')

    expect(text.split('\n').filter(line => line.length > columns && line.trim().includes(' '))).toEqual([])
    expect(text.replaceAll(/\s+/g, ' ')).toContain(shown.images[1]?.fate)
    expect(text).not.toContain('…')
  })

  it('is JSON as its schema describes', async () => {
    const sweep = await three()
    const head = { version: 1, now: '2026-01-01T00:00:00Z' }

    const images = JSON.parse(JSON.stringify({ ...head, ...(await list(sweep)) }))
    const repositories = JSON.parse(
      JSON.stringify({ ...head, ...(await listRepositories(installationOf(world, sweep))) }),
    )

    expect(await schemaProblem('images/images.schema.json', images)).toBeUndefined()
    expect(await schemaProblem('images/images.schema.json', repositories)).toBeUndefined()
  })

  it('B27 lets no name of a workload move the cursor', async () => {
    const sweep = await three()
    const { images, ...rest } = await list(sweep)
    const hostile = images.map(one => ({ ...one, usedBy: ['Deployment a\u001b[2J\n'], fate: 'kept: \u0007' }))

    const text = [...printImages({ ...rest, images: hostile }, sweep.now(), pipe)].join('')

    expect(text).toContain('a?[2J?')
    expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
  })
})

describe('shelflife images', () => {
  it('tells of each repository its tags, what runs, what is marked, and when it was synced', async () => {
    const sweep = await three()
    sweep.cluster.run('pod', `${sweep.repository}@${await sweep.tag('v1')}`)
    await sweep.inventories()
    const whole = sweep.cluster.get('Repository', 'whole')
    if (whole) await sweep.cluster.applyStatus(whole, { cleanup: { candidate: false, markedImages: 2 } })

    const { repositories } = await listRepositories(installationOf(world, sweep))
    const [, row] = [...printRepositories({ repositories, untracked: [], unread: [] }, sweep.now(), pipe)]

    expect(repositories).toHaveLength(1)
    expect(repositories[0]).toMatchObject({ repository: sweep.repository, tags: 3, inUse: 1, marked: 2 })
    expect(row).toMatch(/ {2}3 +1 +2 .* ago\n$/)
  })

  it('reads no tag and no image, and as often for many repositories as for few', async () => {
    const sweep = createSweepFixture(world)
    const installation = installationOf(world, sweep)
    const { recorded: store, calls: reads } = recordedCalls(installation.store)
    for (let at = 0; at < 500; at++)
      sweep.cluster.put('Repository', `r${at}`, { repository: `many/r${at}`, registryRef: { name: 'registry' } })

    const { repositories } = await listRepositories({ ...installation, store })

    expect(repositories).toHaveLength(500)
    expect(reads.sort()).toEqual(['findInventories', 'findRepositories', 'listClusterUsage'])
  })

  it('shows what can be read beside a cluster that cannot, and names that', async () => {
    const clusters = [createMemoryCluster('eu-1'), createMemoryCluster('eu-2')]
    const sweep = createSweepFixture(world, clusters)
    sweep.trackWhole()
    const dead = {
      name: 'eu-2',
      listObjects: () => Promise.reject(new UnavailableError('no answer', { kind: 'network' })),
    }
    const connected = [clusters[0], { ...clusters[1], ...dead }] as typeof clusters
    const installation = { ...installationOf(world, sweep, { clusters }), connectClusters: async () => connected }

    const shown = await listRepositories(installation)

    expect(shown.repositories.map(one => one.repository)).toEqual([sweep.repository])
    expect([...printRepositories(shown, sweep.now(), pipe)].at(-1)).toMatch(/^cluster eu-2 cannot be read.*no answer/)
  })
})
