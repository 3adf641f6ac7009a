import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pauseAnnotation } from '../../../../shared/objects/policy-object.ts'
import { manualRunAnnotation } from '../../../../shared/sweep/plan/due-run.ts'
import { startInProcessStore } from '../../../support/in-process-store.ts'
import type { LocalStore } from '../../../support/local-store.ts'
import { cleanup, createPlanFixture, markTwo } from '../../../support/plan-fixture.ts'

let local: LocalStore
beforeAll(async () => {
  local = await startInProcessStore()
})
afterAll(() => local.close())
const start = () => createPlanFixture(local.store)
const marked = (spec: object = {}) => markTwo(start(), spec)

describe('a changed policy', () => {
  it('F35 marks anew at once, with the whole grace', async () => {
    const plan = await marked()
    plan.pass(3500)
    plan.change({ keepTags: ['nothing-like-this'] })

    await plan.plan()

    expect((await plan.image('v1'))?.mark).toMatchObject({
      markedAt: plan.now(),
      deleteAfter: new Date(plan.now().getTime() + 3600_000),
    })
  })

  it('F35 lifts at once what it keeps now', async () => {
    const plan = await marked()
    plan.change({ keepRecent: 2 })
    plan.pass(60)

    await plan.plan()

    expect(await plan.marked('v1', 'v2')).toEqual(['v1'])
  })

  it('F35 cannot shorten the grace by being edited back and forth', async () => {
    const plan = await marked()
    plan.pass(3500)
    plan.change({ keepTags: ['x'] })
    await plan.plan()
    plan.pass(60)
    plan.change({})
    await plan.plan()
    const changedBackAt = plan.now().getTime()

    plan.pass(3599)
    expect(await plan.plan()).toEqual([])
    plan.pass(1)
    expect(await plan.plan()).toHaveLength(1)

    expect((await plan.image('v1'))?.mark?.deleteAfter.getTime()).toBe(changedBackAt + 3600_000)
  })

  it('only marks on its first run, however late it runs', async () => {
    const plan = start()
    await plan.synced()
    for (const name of ['v1', 'v2']) await plan.holds(name)
    plan.track()
    plan.cluster.put('ImageCleanupPolicy', 'cleanup', { ...cleanup, gracePeriod: '10m', schedule: '0 * * * *' })
    plan.pass(1800)

    expect(await plan.plan()).toEqual([])

    expect((await plan.image('v1'))?.mark?.deleteAfter).toEqual(new Date(plan.now().getTime() + 600_000))
  })
})

describe('F37 a pause', () => {
  it.each([
    ['the annotation', true],
    ['the kill switch', false],
  ])('%s: marks stay, nothing new is marked, nothing is executed, and afterwards it goes on', async (_, annotation) => {
    const plan = await marked()
    const pull = (on: boolean) => {
      if (annotation) plan.annotate({ [pauseAnnotation]: String(on) })
      else plan.killSwitch.on = on
    }
    pull(true)
    await plan.holds('v4')
    plan.pass(7200)

    expect(await plan.plan()).toEqual([])
    expect(await plan.marked('v1', 'v2', 'v3')).toEqual(['v1', 'v2'])
    expect(plan.condition('Ready')).toMatchObject({ status: 'False', reason: 'Paused' })
    expect(plan.status().lastRun).toMatchObject({ result: 'Running', message: expect.stringContaining('2 marks stay') })

    pull(false)
    plan.pass(300)
    expect(await plan.plan()).toHaveLength(1)
    expect(plan.condition('Ready')).toMatchObject({ status: 'True' })
  })

  it.each([
    ['the annotation', true, 'paused by its annotation'],
    ['the kill switch', false, 'sweeps are paused by the kill switch'],
  ])('%s: the message of the run goes with it within a minute, both ways', async (_, annotation, reason) => {
    const plan = await marked()
    const pull = (on: boolean) => {
      if (annotation) plan.annotate({ [pauseAnnotation]: String(on) })
      else plan.killSwitch.on = on
    }
    const messageAfter = async (on: boolean) => {
      pull(on)
      plan.pass(60)
      await plan.plan()
      return (plan.status().lastRun as { message: string }).message
    }

    expect(await messageAfter(true)).toContain(reason)
    expect(await messageAfter(false)).not.toContain(reason)
  })

  it('by the annotation is on the record of the policy while it lasts', async () => {
    const plan = await marked()
    const pausedBy = async (value: string) => {
      plan.annotate({ [pauseAnnotation]: value })
      plan.pass(60)
      await plan.plan()
      return (await plan.record())?.pausedBy
    }

    expect(await pausedBy('release')).toBe('annotation')
    expect(await pausedBy('false')).toBeUndefined()
  })

  it('a mark whose reason is gone is lifted all the same', async () => {
    const plan = await marked()
    plan.killSwitch.on = true
    plan.cluster.run('web', (await plan.image('v1'))?.digest ?? '')
    plan.pass(300)

    await plan.plan()

    expect(await plan.marked('v1', 'v2')).toEqual(['v2'])
  })

  it('a run asked for meanwhile begins when it is released', async () => {
    const plan = start()
    await plan.synced()
    for (const name of ['v1', 'v2']) await plan.holds(name)
    plan.track()
    plan.policy()
    plan.killSwitch.on = true
    await plan.plan()
    expect(await plan.record()).toBeUndefined()

    plan.killSwitch.on = false
    await plan.plan()

    expect(await plan.marked('v1')).toEqual(['v1'])
  })
})

describe('a run that waits', () => {
  it('reads only the repositories with marks, and everything before it ends', async () => {
    const plan = await marked()
    const other = `${plan.path}-other`
    await plan.synced(other)
    await plan.holds('v9', {}, other)
    plan.track(other)
    const { listImages } = local.store
    const read: string[] = []
    local.store.listImages = id => {
      read.push(id)
      return listImages(id)
    }

    plan.pass(300)
    await plan.plan()
    expect(read).toEqual([plan.repository])
    for (const name of ['v1', 'v2']) plan.cluster.run(name, `${plan.repository}:${name}`)
    plan.pass(300)
    await plan.plan()
    local.store.listImages = listImages

    expect(new Set(read)).toEqual(new Set([plan.repository, `registry.example.com/${other}`]))
    expect(plan.status().lastRun).toMatchObject({ result: 'Success', scanned: 3 })
  })

  it.each([
    { gracePeriod: '1h', minutes: 55, wholeLooks: [30] },
    { gracePeriod: '90m', minutes: 55, wholeLooks: [45] },
    { gracePeriod: '3h', minutes: 125, wholeLooks: [60, 120] },
  ])(
    'of a grace of $gracePeriod reads its repositories after $wholeLooks minutes, where clusters say what they said',
    async ({ gracePeriod, minutes, wholeLooks }) => {
      const plan = await marked({ gracePeriod })
      const { listImages } = local.store
      const looks: number[] = []
      let minute = 1
      local.store.listImages = id => {
        looks.push(minute)
        return listImages(id)
      }

      for (; minute < minutes; minute++) {
        plan.pass(60)
        await plan.plan()
      }
      local.store.listImages = listImages

      expect(looks).toEqual(wholeLooks)
    },
  )

  it('marks what has come to be deleted in them, within its limits, and not again what it failed to delete', async () => {
    const plan = await marked({ maxDeletionsPerRun: 3 })
    await plan.holds('v4')
    plan.pass(1800)
    await plan.plan()
    expect(await plan.marked('v1', 'v2', 'v3', 'v4')).toEqual(['v1', 'v2', 'v3'])

    const image = await plan.image('v1')
    const runId = (await plan.record())?.runs[0]?.runId ?? ''
    if (!image) throw new Error('expected v1')
    const { mark: _, ...rest } = image
    const failed = { ...image.change, id: 'failed', action: 'delete-failed' as const, runId }
    await local.store.saveImage({ ...rest, change: failed }, image)
    plan.pass(1800)
    await plan.plan()
    expect(await plan.marked('v1', 'v2', 'v3')).toEqual(['v2', 'v3'])

    plan.annotate({ [manualRunAnnotation]: '2' })
    await plan.plan()
    expect(await plan.marked('v1', 'v2', 'v3')).toEqual(['v1', 'v2', 'v3'])
  })

  it('I15 leaves what something else changed meanwhile to its next look, a minute later', async () => {
    const plan = createPlanFixture(local.store)
    await plan.synced()
    for (const name of ['v1', 'v2', 'v3']) await plan.holds(name)
    plan.track()
    plan.policy()
    const { saveImage } = local.store
    let raced = false
    local.store.saveImage = async (draft, previous) => {
      if (draft.mark && !raced && previous) {
        raced = true
        await saveImage({ ...previous, pulledAt: plan.now() }, previous)
      }
      return saveImage(draft, previous)
    }
    await plan.plan()
    local.store.saveImage = saveImage
    expect(await plan.marked('v1', 'v2')).toHaveLength(1)

    plan.pass(60)
    await plan.plan()

    expect(await plan.marked('v1', 'v2')).toEqual(['v1', 'v2'])
  })
})
