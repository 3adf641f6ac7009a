import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ImageExplanation } from '../../../cli/explain/explanation.ts'
import { printExplanation } from '../../../cli/explain/print-explanation.ts'
import { explainLive } from '../../../cli/explain/run-explain.ts'
import { InvalidInputError, UnavailableError } from '../../../shared/errors.ts'
import { type Loopback, startLoopback } from '../../support/loopback.ts'
import { createMemoryCluster } from '../../support/memory-cluster.ts'
import { createSweepFixture, policySpec, type SweepFixture } from '../../support/sweep-fixture.ts'
import { installationOf } from '../memory-installation.ts'
import { schemaProblem } from '../schema.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterAll(() => world.close())

/** Explained without a write, as its schema describes it. */
async function explain(sweep: SweepFixture, image: string): Promise<ImageExplanation> {
  await sweep.inventories()
  const explanation = await explainLive(image, installationOf(world, sweep), sweep.now())
  expect(await schemaProblem('explain/explain.schema.json', explanation)).toBeUndefined()
  return explanation
}

const textOf = (explanation: ImageExplanation, columns = Number.POSITIVE_INFINITY): string =>
  [...printExplanation(explanation, { columns, colours: false })].join('')

async function released(policy: object | undefined, ...tags: string[]): Promise<SweepFixture> {
  const sweep = createSweepFixture(world, [createMemoryCluster('eu-1')])
  if (policy) sweep.policy(policy)
  sweep.trackWhole()
  for (const tag of tags) await sweep.release(tag)
  return sweep
}

describe('shelflife explain', () => {
  it('names the workload that protects an image, and what would become of it without', async () => {
    const sweep = await released({}, 'v1', 'v2')
    sweep.cluster.run('web', `${sweep.repository}:v1`)

    const explanation = await explain(sweep, `${sweep.repository}:v1`)

    const [policy] = explanation.policies
    expect(explanation).toMatchObject({ state: 'kept', usage: 'complete' })
    expect(policy).toMatchObject({
      policy: 'eu-1/team/cleanup',
      rule: 'in-use',
      protectedBy: ['Deployment team/web in cluster eu-1'],
      otherwise: { after: 'use', verdict: 'delete' },
    })
    expect(textOf(explanation)).toContain(
      'without the workloads that use it, it is to be deleted: not among the newest 1\n',
    )
    expect(explanation.usedBy[0]).toMatch(/^Deployment team\/web in cluster eu-1, seen since 2026/)
    expect(explanation.facts[0]).toMatch(/^pushed 2026-.* by first-seen$/)
    expect(explanation.objects).toEqual(['Repository team/whole in cluster eu-1, for the whole repository'])
  })

  it('I23 names the workload whose runtime reports the config', async () => {
    const sweep = await released({}, 'v1', 'v2')
    const record = (await world.store.listImages(sweep.repository))[0]
    sweep.cluster.run('web', String(record?.blobs?.[0]?.digest))

    const { usedBy } = await explain(sweep, `${sweep.repository}@${record?.digest}`)

    expect(usedBy).toEqual([expect.stringMatching(/^Deployment team\/web in cluster eu-1, seen since 2026/)])
  })

  it('tells the rank of an image that nothing keeps, when it would be deleted and what saves it', async () => {
    const sweep = await released({ schedule: '0 2 * * *', gracePeriod: '1h' }, 'v1', 'v2', 'v3')

    const explanation = await explain(sweep, `${sweep.repository}:v1`)

    const [policy] = explanation.policies
    expect(explanation.state).toBe('to-delete')
    expect(explanation.summary).toBe(
      'would be deleted by eu-1/team/cleanup: not among the newest 1; deleted from 2026-01-02T03:00:00Z on: the run of 2026-01-02T02:00:00Z marks it, and 1h later it may be deleted',
    )
    expect(policy).toMatchObject({
      verdict: 'delete',
      ranks: [{ tag: 'v1', count: 'releases', place: 3, of: 3 }],
      deletion: { after: '2026-01-02T03:00:00Z' },
      saves: [
        { how: 'keepRecent', from: 1, to: 3 },
        { how: 'keepTags', tag: 'v1' },
      ],
    })
    expect(textOf(explanation)).toContain('would delete it: not among the newest 1')
    expect(textOf(explanation)).toContain('v1 is number 3 of 3 releases; keepRecent keeps 1')
    expect(textOf(explanation)).toContain(`a workload that refers to ${sweep.repository}:v1, in any cluster`)
  })

  it('shows the mark with its date, and says when the policy has changed since', async () => {
    const sweep = await released({ gracePeriod: '1h' }, 'v1', 'v2')
    await sweep.sweep(1)

    const marked = await explain(sweep, `${sweep.repository}:v1`)
    sweep.cluster.change('ImageCleanupPolicy', 'cleanup', { spec: { ...policySpec, gracePeriod: '2h' } })
    const changed = await explain(sweep, `${sweep.repository}:v1`)

    expect(marked).toMatchObject({ state: 'marked', mark: { policy: 'eu-1/team/cleanup' } })
    expect(marked.summary).toContain(`not among the newest 1; deleted from ${marked.mark?.deleteAfter} on, once`)
    expect(marked.policies[0]?.deletion?.after).toBe(marked.mark?.deleteAfter)
    expect(marked.policies[0]?.lastRun).toMatchObject({ run: marked.mark?.run, result: 'Running' })
    expect(changed.policies[0]?.deletion?.text).toContain('the policy changed since it was marked')
  })

  it('tells of the policy that has marked it where several would delete it', async () => {
    const sweep = await released(undefined, 'v1', 'v2')
    sweep.cluster.put('ImageCleanupPolicy', 'another', { ...policySpec, keepRecent: 0, suspend: true })
    sweep.policy({ gracePeriod: '1h' })
    await sweep.sweep(1)

    const { summary, mark, policies } = await explain(sweep, `${sweep.repository}:v1`)

    expect(policies[0]?.policy).toBe('eu-1/team/another')
    expect(summary).toContain(
      `marked by eu-1/team/cleanup: not among the newest 1; deleted from ${mark?.deleteAfter} on, once`,
    )
  })

  it('names the other policy that keeps what one policy would delete', async () => {
    const sweep = await released({}, 'v1', 'v2')
    sweep.cluster.put('ImageCleanupPolicy', 'generous', { ...policySpec, keepRecent: 5 })

    const explanation = await explain(sweep, `${sweep.repository}:v1`)

    expect(explanation.state).toBe('kept')
    expect(explanation.policies.find(one => one.policy === 'eu-1/team/cleanup')).toMatchObject({
      verdict: 'keep',
      rule: 'keepRecent',
      protectedBy: ['policy eu-1/team/generous'],
      alone: { verdict: 'delete', rule: 'none' },
      saves: [],
    })
    expect(textOf(explanation)).toContain('by itself it would delete it: not among the newest 1')
  })

  it('names the tags that are deleted from an image that stays', async () => {
    const sweep = createSweepFixture(world, [createMemoryCluster('eu-1')])
    sweep.policy()
    for (const tag of ['v1', 'v2']) sweep.track(tag)
    await sweep.release('v1', { seed: 'shared' })
    await sweep.release('v9', { seed: 'shared' })
    await sweep.release('v2')

    const explanation = await explain(sweep, `${sweep.repository}:v9`)

    expect(explanation).toMatchObject({ state: 'kept', policies: [{ verdict: 'keep', deletedTags: ['v1'] }] })
    expect(textOf(explanation)).toContain('deletes its tags v1\n')
  })

  it('names a policy that cannot be read as one that keeps it', async () => {
    const sweep = await released(undefined, 'v1', 'v2')
    sweep.cluster.put('ImageCleanupPolicy', 'broken', { keepRecent: -1 })

    const explanation = await explain(sweep, `${sweep.repository}:v1`)

    expect(explanation.summary).toMatch(/^kept: it cannot be read, and may mean to keep it/)
    expect(explanation.policies).toMatchObject([{ policy: 'eu-1/team/broken', verdict: 'keep' }])
  })

  it('says that nothing is deleted while sweeps are paused', async () => {
    const sweep = await released({}, 'v1', 'v2')
    sweep.killSwitch.on = true

    const explanation = await explain(sweep, `${sweep.repository}:v1`)

    expect(explanation.policies[0]?.deletion).toEqual({
      text: 'not deleted while all sweeps are paused by the kill switch',
    })
  })

  it('says that a policy is not in force, and why, also where it is on dry run', async () => {
    const sweep = await released({ dryRun: true, schedule: '0 2 * * *', timeZone: 'CST' }, 'v1', 'v2')

    const explanation = await explain(sweep, `${sweep.repository}:v1`)

    const why =
      'the policy is not in force (InvalidTimeZone): spec.timeZone: expected UTC or an IANA time zone with a slash such as Europe/Berlin, got "CST"'
    expect(explanation.policies[0]?.stoppedBy).toEqual([why, 'the policy is on dry run'])
    expect(explanation.summary).toContain(`not deleted while ${why} and the policy is on dry run`)
  })

  it('tells of an image that is gone: when, by which run, why, and how it comes back', async () => {
    const sweep = await released({}, 'v1', 'v2')
    const digest = await sweep.tag('v1')
    await sweep.sweep()

    const byTag = await explain(sweep, `${sweep.repository}:v1`)
    const byDigest = await explain(sweep, `${sweep.repository}@${digest}`)

    expect(byTag).toMatchObject({
      state: 'gone',
      policies: [],
      gone: {
        what: 'image',
        how: 'deleted',
        by: 'policy eu-1/team/cleanup',
        reason: 'not among the newest 1',
        restore: `shelflife restore ${sweep.repository}:v1`,
      },
    })
    expect(byDigest.gone?.run).toMatch(/^eu-1\/team\/cleanup\/./)
    expect(textOf(byTag)).toMatch(/the image was deleted at 2026-\S+Z, by policy eu-1\/team\/cleanup\n/)
    expect(textOf(byTag)).toContain('as long as the registry still has its blobs')
  })

  it('tells of an image that runs and is archived or gone, that a pull of it fails, and who would pull it', async () => {
    const sweep = await released({}, 'v1', 'v2')
    sweep.cluster.run('web', `${sweep.repository}:v1`)
    await sweep.inventories()
    const { digest } = (await world.store.findTag(sweep.repository, 'v1')) ?? {}
    const image = digest && (await sweep.image(digest))
    if (!image) throw new Error('expected the image of v1')
    const entry = { ...image.change, id: randomUUID() }

    const archived = await world.store.saveImage({ ...image, storage: 'archived', change: entry }, image)
    const kept = await explain(sweep, `${sweep.repository}:v1`)
    const { storage: _, ...rest } = archived
    const goneAt = sweep.now()
    await world.store.saveImage({ ...rest, goneAt, change: { ...entry, id: randomUUID() } }, archived)
    const gone = await explain(sweep, `${sweep.repository}@${digest}`)

    const users = 'referred to by Deployment team/web in cluster eu-1'
    expect(kept).toMatchObject({ state: 'kept', image: { storage: 'archived' } })
    expect(kept.inDanger).toEqual([
      `tag v1 is archived in its registry: a pull of it fails until it is restored there; ${users}`,
    ])
    expect(textOf(kept)).toContain('In danger\n  tag v1 is archived')
    expect(gone).toMatchObject({
      state: 'gone',
      inDanger: [`tag v1 is gone from the registry: a pull of it fails; ${users}`],
    })
  })

  it('tells that nodes may run different images of a tag that floats', async () => {
    const sweep = await released({}, 'latest', 'v2')
    sweep.cluster.run('web', `${sweep.repository}:latest`)
    const [workload] = sweep.cluster.workloads.splice(0)
    if (workload) sweep.cluster.workloads.push({ ...workload, ifNotPresent: true })
    await sweep.inventories()

    const [floating, other] = [
      await explain(sweep, `${sweep.repository}:latest`),
      await explain(sweep, `${sweep.repository}:v2`),
    ]

    const line =
      'tag latest is pulled only by nodes that have none yet (IfNotPresent): nodes may run different images; used by Deployment team/web in cluster eu-1; name a version or a digest, or set imagePullPolicy to Always'
    expect(floating.nodesMayDiffer).toEqual([line])
    expect(textOf(floating)).toContain('Nodes may run different images\n  tag latest is pulled')
    expect(other).not.toHaveProperty('nodesMayDiffer')
  })

  it('tells of an image that somebody else deleted as found gone', async () => {
    const sweep = await released({}, 'v1', 'v2')
    await world.remove(sweep.path, (await sweep.tag('v1')) ?? '')
    await sweep.sync()

    const explanation = await explain(sweep, `${sweep.repository}:v1`)

    expect(explanation.gone).toMatchObject({ what: 'image', how: 'found-gone', by: 'outside' })
    expect(textOf(explanation)).toMatch(/the image was found gone at 2026-\S+Z\n {2}deleted outside of shelflife/)
    expect(textOf(explanation)).toContain('only a new push from its source puts it back')
  })

  it('says that no policy covers an image', async () => {
    const sweep = await released(undefined, 'v1')

    expect(await explain(sweep, `${sweep.repository}:v1`)).toMatchObject({
      state: 'kept',
      summary: 'kept: no policy covers it',
      policies: [],
    })
  })

  it('says that a repository whose last sync failed is left alone', async () => {
    const sweep = await released({}, 'v1', 'v2')
    world.intercept(() => new Response(null, { status: 503 }))
    await sweep.sync()
    world.intercept(undefined)

    const explanation = await explain(sweep, `${sweep.repository}:v1`)

    expect(explanation.summary).toMatch(/^kept: its repository is left alone: its last sync failed/)
    expect(explanation.policies).toEqual([])
  })

  it('says of a run that left another repository alone that it was a partial failure, and why', async () => {
    const sweep = await released({ keepRecent: 9 }, 'v1', 'v2')
    const other = `${sweep.path}-other`
    sweep.cluster.put('Repository', 'other', { repository: other, registryRef: { name: 'registry' } })
    await sweep.inventories()
    await sweep.plan()

    const { policies } = await explain(sweep, `${sweep.repository}:v1`)

    expect(policies[0]?.lastRun).toMatchObject({
      result: 'PartialFailure',
      message: expect.stringContaining(`${other} is left alone because its last sync did not succeed`),
    })
  })

  it('finds a path without a host where one registry has it', async () => {
    const sweep = await released({}, 'v1')

    expect((await explain(sweep, `${sweep.path}:v1`)).image.repository).toBe(sweep.repository)
  })

  it('F28 asks every cluster for its policies, and says which of another cluster keeps what one would delete', async () => {
    const clusters = [createMemoryCluster('eu-1'), createMemoryCluster('eu-2')]
    const sweep = createSweepFixture(world, clusters)
    sweep.policy()
    sweep.trackWhole()
    clusters[1]?.put('Repository', 'whole', { repository: sweep.path, registryRef: { name: 'registry' } })
    clusters[1]?.put('ImageCleanupPolicy', 'cleanup', { ...policySpec, keepRecent: 9 })
    for (const tag of ['v1', 'v2']) await sweep.release(tag)
    await sweep.inventories()
    const now = sweep.now()

    const explanation = await explainLive(`${sweep.repository}:v1`, installationOf(world, sweep, { clusters }), now)

    expect(explanation).toMatchObject({
      state: 'kept',
      policies: [
        {
          policy: 'eu-1/team/cleanup',
          verdict: 'keep',
          protectedBy: ['policy eu-2/team/cleanup'],
          alone: { verdict: 'delete' },
        },
        { policy: 'eu-2/team/cleanup', verdict: 'keep', rule: 'keepRecent' },
      ],
    })
    expect(explanation.policies[0]?.reason).toContain('(policy eu-2/team/cleanup)')
  })

  it('F28 says what keeps it from answering while a cluster cannot be read', async () => {
    const sweep = await released({}, 'v1', 'v2')
    const far = createMemoryCluster('eu-2')
    far.listObjects = () => Promise.reject(new UnavailableError('no route to eu-2', { kind: 'network' }))
    const installation = installationOf(world, sweep, { clusters: [sweep.cluster, far] })

    await expect(explainLive(`${sweep.repository}:v1`, installation, sweep.now())).rejects.toThrow('no route to eu-2')
  })

  it.each([
    ['TAG', (sweep: SweepFixture) => `${sweep.repository}:v9`, /found no v9; among its tags are v1, v2/],
    ['REPOSITORY', () => 'nowhere/app:v1', /found no "nowhere\/app"; known are /],
    [
      'DIGEST',
      (sweep: SweepFixture) => `${sweep.repository}@sha256:${'0'.repeat(64)}`,
      /expected an image that was seen in/,
    ],
    ['BARE DIGEST', () => `sha256:${'0'.repeat(64)}`, /expected an image with its repository/],
    ['NOTHING', () => '', /expected an image name/],
  ])('names what is known nearby for an unknown %s', async (_, imageOf, says) => {
    const sweep = await released({}, 'v1', 'v2')

    const explained = explain(sweep, imageOf(sweep))

    await expect(explained).rejects.toThrow(says)
    await expect(explained).rejects.toBeInstanceOf(InvalidInputError)
  })

  it('B27 fits the terminal, and lets no name move the cursor', async () => {
    const sweep = await released({}, 'v1', 'v2')
    sweep.cluster.run('my\u001b[31mapp', `${sweep.repository}:v1`)

    const text = textOf(await explain(sweep, `${sweep.repository}:v1`), 70)

    expect(text).not.toContain('\u001b')
    const words = text.split('\n').filter(line => line.length > 70 && line.trim().includes(' '))
    expect(words).toEqual([])
  })
})
