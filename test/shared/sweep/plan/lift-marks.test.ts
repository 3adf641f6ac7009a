import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startInProcessStore } from '../../../support/in-process-store.ts'
import type { LocalStore } from '../../../support/local-store.ts'
import { createPlanFixture, markTwo, type PlanFixture } from '../../../support/plan-fixture.ts'

let local: LocalStore
beforeAll(async () => {
  local = await startInProcessStore()
})
afterAll(() => local.close())
const start = () => createPlanFixture(local.store)
const marked = (spec: object = {}) => markTwo(start(), spec)

describe('a mark whose reason is gone', () => {
  it('F13 is lifted within minutes where a workload names the digest and nothing else, and the objects hear of it', async () => {
    const plan = await marked()
    plan.cluster.run('web', (await plan.image('v1'))?.digest ?? '')
    plan.published.length = 0

    plan.pass(299)
    await plan.plan()
    expect(await plan.marked('v1', 'v2')).toEqual(['v1', 'v2'])
    plan.pass(1)
    await plan.plan()

    expect(await plan.marked('v1', 'v2')).toEqual(['v2'])
    expect(await plan.image('v1')).toMatchObject({
      stage: 'Use',
      change: { reason: expect.stringContaining('in-use') },
    })
    const run = expect.stringContaining('/cleanup/')
    expect(plan.published).toEqual([{ registry: 'registry.example.com', repository: plan.path, correlationId: run }])
  })

  it('F13 is lifted at once with what belongs to the image, where a workload names its tag', async () => {
    const plan = start()
    await plan.synced()
    const child = await plan.holds('v0')
    await plan.holds('v1', { mediaType: 'application/vnd.oci.image.index.v1+json', children: [child] })
    await plan.holds('v2')
    plan.track()
    plan.policy()
    await plan.plan()
    expect(await plan.marked('v0', 'v1')).toEqual(['v0', 'v1'])

    plan.cluster.run('web', `${plan.repository}:v1`)
    plan.pass(60)
    await plan.plan()

    expect(await plan.marked('v0', 'v1')).toEqual([])
    expect((await plan.image('v1'))?.change.actor).toBe('inventory')
  })

  it('is lifted when another policy begins to keep the image, which is named', async () => {
    const plan = await marked()
    plan.policy({ keepTags: ['v1'], suspend: true }, 'other')
    plan.pass(300)

    await plan.plan()

    expect(await plan.marked('v1', 'v2')).toEqual(['v2'])
    expect((await plan.image('v1'))?.change.reason).toBe(`policy ${plan.cluster.name}/team/other keeps it`)
  })

  it('B19 is lifted while another policy that may keep the image cannot be read', async () => {
    const plan = await marked()
    plan.policy({ keepRecent: -1 }, 'other')
    plan.pass(300)

    await plan.plan()

    expect(await plan.marked('v1', 'v2')).toEqual([])
    expect((await plan.image('v1'))?.change.reason).toContain('/team/other may keep it and cannot be read')
    expect(plan.condition('Ready', 'other')).toMatchObject({
      status: 'False',
      reason: 'InvalidSpec',
      message: expect.stringContaining('keepRecent'),
    })
  })

  it('is lifted when no object brings its repository any more', async () => {
    const plan = await marked()
    const [object] = await plan.cluster.listObjects('Repository')
    if (object) await plan.cluster.deleteObject(object)
    plan.pass(300)

    await plan.plan()

    expect(await plan.marked('v1', 'v2')).toEqual([])
    expect((await plan.image('v1'))?.change.reason).toBe('the policy does not cover its repository any more')
    expect(plan.status().lastRun).toMatchObject({ result: 'Success' })
  })

  it('T5 is carried out though the last sync of another credential failed', async () => {
    const plan = await marked()
    await plan.synced(plan.path, { credential: 'installation', outcome: { succeeded: false, reason: 'Timeout' } })
    plan.pass(7200)

    expect(await plan.plan()).toMatchObject([{ repository: plan.path }])
  })

  it('F17 stays while the last sync of its repository failed', async () => {
    const plan = await marked()
    await plan.synced(plan.path, { outcome: { succeeded: false, reason: 'Timeout' } })
    plan.pass(7200)

    expect(await plan.plan()).toEqual([])
    expect(await plan.marked('v1', 'v2')).toEqual(['v1', 'v2'])
    expect(plan.status().lastRun).toMatchObject({
      result: 'Running',
      message: expect.stringContaining(`${plan.repository} is left alone because its last sync did not succeed`),
    })
    await plan.synced()
    plan.pass(300)
    expect(await plan.plan()).toMatchObject([{ repository: plan.path }])
  })
})

describe('marks that nothing will execute', () => {
  it.each([
    ['the policy was suspended', async (plan: PlanFixture) => plan.change({ suspend: true })],
    [
      'no object brings its repository any more',
      async (plan: PlanFixture) => {
        for (const object of await plan.cluster.listObjects('Repository')) await plan.cluster.deleteObject(object)
      },
    ],
  ])('lead to Use where a workload came while a killed sweep had the image in hand, and %s', async (_, end) => {
    const plan = await marked()
    const image = await plan.image('v1')
    if (!image?.mark) throw new Error('expected a mark')
    const deletion = { runId: image.mark.runId, startedAt: plan.now(), tags: ['v1'] }
    await local.store.saveImage({ ...image, deletion }, image)
    plan.cluster.run('web', `${plan.repository}:v1`)
    plan.pass(60)
    await plan.plan()
    expect(await plan.marked('v1')).toEqual(['v1'])

    await end(plan)
    plan.pass(900)
    await plan.plan()

    expect(await plan.marked('v1', 'v2')).toEqual([])
    expect(await plan.image('v1')).toMatchObject({ stage: 'Use', begunBy: image.mark.policy })
    expect(await plan.image('v2')).toMatchObject({ stage: 'Maintenance' })
  })

  it.each([
    ['suspended', { suspend: true }, 'Suspended'],
    ['put on dry run', { dryRun: true }, 'DryRun'],
  ])('are lifted when the policy was %s, and its run is skipped', async (_, spec, reason) => {
    const plan = await marked()
    plan.change(spec)
    plan.published.length = 0

    plan.pass(60)
    await plan.plan()

    expect(await plan.marked('v1', 'v2')).toEqual([])
    expect(plan.condition('LastRunSucceeded')).toMatchObject({ status: 'False', reason })
    expect(plan.status().lastRun).toMatchObject({
      result: 'Skipped',
      message: expect.stringContaining('marks were lifted'),
    })
    expect(await plan.history('v1')).toEqual(['marked', 'mark-lifted'])
    expect(plan.published).toHaveLength(1)
  })

  it('F35 are lifted when the policy was deleted, though its repositories are tracked no more', async () => {
    const plan = await marked()
    for (const kind of ['ImageCleanupPolicy', 'Repository'] as const)
      for (const object of await plan.cluster.listObjects(kind)) await plan.cluster.deleteObject(object)

    for (let minute = 0; minute < 3; minute++) {
      plan.pass(60)
      await plan.plan()
    }

    expect(await plan.marked('v1', 'v2')).toEqual([])
    expect((await plan.image('v1'))?.change.reason).toBe('the policy was deleted')
    expect(await plan.record()).toMatchObject({ runs: [{ result: 'Skipped', skipReason: 'PolicyDeleted' }] })
    expect(await plan.record()).not.toHaveProperty('marksSince')
  })

  it('F24 are lifted though the list of changes lags behind at first', async () => {
    const plan = await marked()
    for (const object of await plan.cluster.listObjects('ImageCleanupPolicy')) await plan.cluster.deleteObject(object)
    const { listPolicyChanges } = local.store
    let looks = 0
    local.store.listPolicyChanges = async (...range) => {
      looks += 1
      return looks === 1 ? (await listPolicyChanges(...range)).slice(0, 1) : listPolicyChanges(...range)
    }

    for (let minute = 0; minute < 3; minute++) {
      plan.pass(60)
      await plan.plan()
    }

    local.store.listPolicyChanges = listPolicyChanges
    expect(await plan.marked('v1', 'v2')).toEqual([])
  })

  it('F35 are lifted when another policy took the name, which marks with a grace of its own', async () => {
    const plan = await marked()
    for (const object of await plan.cluster.listObjects('ImageCleanupPolicy')) await plan.cluster.deleteObject(object)
    plan.policy()
    plan.pass(7200)

    expect(await plan.plan()).toEqual([])

    expect((await plan.history('v1')).sort()).toEqual(['mark-lifted', 'marked', 'marked'])
    expect((await plan.image('v1'))?.mark?.markedAt).toEqual(plan.now())
  })

  it('B19 are lifted when the policy cannot be read any more, and its status says what is wrong', async () => {
    const plan = await marked()
    plan.change({ keepRecent: -1 })
    plan.pass(60)

    await plan.plan()

    expect(await plan.marked('v1', 'v2')).toEqual([])
    expect(plan.condition('Ready')).toMatchObject({ status: 'False', reason: 'InvalidSpec' })
    expect(plan.status().lastRun).toMatchObject({ result: 'Skipped' })
  })
})
