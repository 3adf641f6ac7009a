import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { UnavailableError } from '../../../../shared/errors.ts'
import { manualRunAnnotation } from '../../../../shared/sweep/plan/due-run.ts'
import { startInProcessStore } from '../../../support/in-process-store.ts'
import type { LocalStore } from '../../../support/local-store.ts'
import { cleanup, createPlanFixture, markTwo, type PlanFixture } from '../../../support/plan-fixture.ts'

let local: LocalStore
beforeAll(async () => {
  local = await startInProcessStore()
})
afterAll(() => local.close())

/** The other cluster tracks the same repository, or one tag of it. */
const trackFar = (plan: PlanFixture, tag?: string) =>
  plan.far.put('Repository', 'app', {
    repository: plan.path,
    ...(tag && { tag }),
    registryRef: { name: 'registry' },
  })
const keepFar = (plan: PlanFixture, spec: object) => plan.far.put('ImageCleanupPolicy', 'ours', { ...cleanup, ...spec })

/** Three versions, tracked by both clusters, and a policy in the first that would delete the older two. */
async function shared(): Promise<PlanFixture> {
  const plan = createPlanFixture(local.store)
  await plan.synced()
  for (const name of ['v1', 'v2', 'v3']) await plan.holds(name)
  plan.track()
  plan.policy()
  return plan
}

describe('F28 a policy of another cluster', () => {
  it('keeps what it keeps: it is not marked', async () => {
    const plan = await shared()
    trackFar(plan)
    keepFar(plan, { keepTags: ['v1'] })

    await plan.plan()

    expect(await plan.marked('v1', 'v2', 'v3')).toEqual(['v2'])
    expect(plan.status().lastRun).toMatchObject({
      message: expect.stringContaining('1 image stays because another policy keeps it'),
    })
  })

  it('keeps it by one tag that its cluster tracks', async () => {
    const plan = await shared()
    trackFar(plan, 'v1')
    keepFar(plan, { keepRecent: 3 })

    await plan.plan()

    expect(await plan.marked('v1', 'v2', 'v3')).toEqual(['v2'])
  })

  it('that begins to keep an image lifts its mark, and is named', async () => {
    const plan = await markTwo(createPlanFixture(local.store))
    trackFar(plan)
    keepFar(plan, { keepTags: ['v1'], suspend: true })
    plan.pass(300)

    await plan.plan()

    expect(await plan.marked('v1', 'v2')).toEqual(['v2'])
    expect((await plan.image('v1'))?.change.reason).toBe(`policy ${plan.far.name}/team/ours keeps it`)
  })

  it('B19 that cannot be read keeps what it may cover', async () => {
    const plan = await shared()
    trackFar(plan, 'v1')
    keepFar(plan, { keepRecent: -1 })

    await plan.plan()

    expect(await plan.marked('v1', 'v2', 'v3')).toEqual(['v2'])
  })

  it('keeps nothing that its cluster does not track, and its cluster nothing that no policy of it covers', async () => {
    const [untracked, uncovered] = [await shared(), await shared()]
    keepFar(untracked, { keepRecent: 3 })
    trackFar(uncovered)

    for (const plan of [untracked, uncovered]) {
      await plan.plan()
      expect(await plan.marked('v1', 'v2', 'v3')).toEqual(['v1', 'v2'])
    }
  })

  it('is planned as well', async () => {
    const plan = await shared()
    trackFar(plan)
    keepFar(plan, { schedule: '* * * * *', startingDeadlineSeconds: 1e9 })

    await plan.plan()

    expect((await local.store.findPolicy(`${plan.far.name}/team/ours`))?.runs[0]?.message).toContain('2 images marked')
  })
})

describe('F28 while another cluster cannot be read', () => {
  const unreachable = (plan: PlanFixture) => {
    const { listObjects } = plan.far
    plan.far.listObjects = async () => {
      throw new UnavailableError('no route to it', { kind: 'network' })
    }
    return () => {
      plan.far.listObjects = listObjects
    }
  }

  it('nothing is marked, the status says why, and the run begins when it is read again', async () => {
    const plan = await shared()
    const reconnect = unreachable(plan)

    await plan.plan()
    expect(await plan.marked('v1', 'v2')).toEqual([])
    expect(plan.condition('Ready')).toMatchObject({
      status: 'False',
      reason: 'ClusterUnavailable',
      message: expect.stringContaining(`cluster ${plan.far.name} cannot be read: no route to it`),
    })

    reconnect()
    await plan.plan()
    expect(await plan.marked('v1', 'v2')).toEqual(['v1', 'v2'])
    expect(plan.condition('Ready')).toMatchObject({ status: 'True' })
  })

  it('marks stay, nothing is executed, and afterwards it goes on', async () => {
    const plan = await markTwo(createPlanFixture(local.store))
    const reconnect = unreachable(plan)
    plan.pass(7200)

    expect(await plan.plan()).toEqual([])
    expect(await plan.marked('v1', 'v2')).toEqual(['v1', 'v2'])
    expect(plan.status().lastRun).toMatchObject({
      result: 'Running',
      message: `cluster ${plan.far.name} cannot be read: no route to it: 2 marks stay and nothing is deleted`,
    })

    reconnect()
    plan.pass(300)
    expect(await plan.plan()).toHaveLength(1)
  })

  it('a mark whose reason is gone is lifted all the same', async () => {
    const plan = await markTwo(createPlanFixture(local.store))
    unreachable(plan)
    plan.cluster.run('web', (await plan.image('v1'))?.digest ?? '')
    plan.pass(300)

    await plan.plan()

    expect(await plan.marked('v1', 'v2')).toEqual(['v2'])
  })

  it('marks stay where the objects of their own cluster cannot be listed', async () => {
    const plan = await markTwo(createPlanFixture(local.store))
    const { listObjects } = plan.cluster
    plan.cluster.listObjects = async (kind, filter) => {
      if (kind === 'Repository') throw new UnavailableError('too many objects', { kind: 'server' })
      return listObjects(kind, filter)
    }
    plan.pass(7200)

    expect(await plan.plan()).toEqual([])
    expect(await plan.marked('v1', 'v2')).toEqual(['v1', 'v2'])
    expect(plan.condition('Ready')).toMatchObject({ reason: 'ClusterUnavailable' })
  })
})

it('reads the lists of each cluster once, however many policies are due', async () => {
  const plan = await shared()
  plan.policy({}, 'second')
  trackFar(plan)
  const annotations = { [manualRunAnnotation]: '1' }
  for (const name of ['third', 'fourth']) plan.far.put('ImageCleanupPolicy', name, cleanup, { annotations })
  const read: string[] = []
  for (const one of [plan.cluster, plan.far]) {
    const { listObjects } = one
    one.listObjects = async (kind, filter) => {
      read.push(`${one.name} ${kind}`)
      return listObjects(kind, filter)
    }
  }

  await plan.plan()

  const kinds = ['ImageCleanupPolicy', 'RegistrySecret', 'Repository']
  expect(read.toSorted()).toEqual(
    [plan.cluster, plan.far].flatMap(one => kinds.map(kind => `${one.name} ${kind}`)).sort(),
  )
})

it('reads no objects while no policy is due', async () => {
  const plan = await markTwo(createPlanFixture(local.store))
  const { listObjects } = plan.cluster
  plan.cluster.listObjects = async kind => {
    if (kind !== 'ImageCleanupPolicy') throw new Error(`expected nobody to list ${kind} objects`)
    return listObjects(kind)
  }
  plan.pass(60)

  await expect(plan.plan()).resolves.toEqual([])
})
