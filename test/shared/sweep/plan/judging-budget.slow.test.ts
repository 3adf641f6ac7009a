import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startInProcessStore } from '../../../support/in-process-store.ts'
import type { LocalStore } from '../../../support/local-store.ts'
import { createPlanFixture } from '../../../support/plan-fixture.ts'
import { entryOf, tagDraft } from '../../../support/records.ts'

let local: LocalStore
beforeAll(async () => {
  local = await startInProcessStore()
})
afterAll(() => local.close())

/** Five thousand globs, each to be looked for at every place of a tag. */
const costly = {
  rules: Array.from({ length: 50 }, (_, rule) => ({
    tags: Array.from({ length: 100 }, (_, glob) => `*${'a?'.repeat(55)}${rule}-${glob}*`),
    keepRecent: 1,
  })),
}

/** A policy that judges two versions, and 600 long tags beside. */
async function start() {
  const plan = createPlanFixture(local.store)
  plan.track()
  await plan.holds('v1')
  const digest = await plan.holds('v2')
  await Promise.all(
    Array.from({ length: 600 }, (_, number) => {
      const tag = `${'a'.repeat(120)}${number}`
      const change = entryOf(tag, 0, { digest, action: 'tag-created', tag })
      return local.store.saveTag(tagDraft(plan.repository, { tag, digest, change }), undefined)
    }),
  )
  await plan.synced()
  return plan
}

describe('T7 B34 a policy that takes too long to judge', () => {
  it('is not judged, says the numbers, and is not looked at again before it is due', async () => {
    const plan = await start()
    plan.policy(costly)

    expect(await plan.plan()).toEqual([])

    const told = { status: 'False', reason: 'InvalidSpec', message: expect.stringMatching(/for 602 tags, got [0-9,]+/) }
    expect(plan.condition('Ready')).toMatchObject(told)
    expect(plan.status().lastRun).toMatchObject({ result: 'Skipped' })
    const before = await plan.record()
    plan.pass(60)
    await plan.plan()
    expect(await plan.record()).toEqual(before)
    expect(plan.condition('Ready')).toMatchObject(told)
  })

  it('works once it is written smaller', async () => {
    const plan = await start()
    plan.policy(costly)
    await plan.plan()
    plan.cluster.put(
      'ImageCleanupPolicy',
      'cleanup',
      { keepRecent: 1, maxDeletionPercent: 100, targets: ['RegistryArtifact'] },
      {
        annotations: { 'theriseunion.io/manual-run': '2' },
      },
    )
    plan.pass(60)

    await plan.plan()

    expect(plan.condition('Ready')).toMatchObject({ status: 'True' })
    expect(plan.status().lastRun).toMatchObject({ scanned: 2 })
  })

  it('lifts its marks, and keeps what it covers from others', async () => {
    const plan = await start()
    plan.policy(costly, 'costly')
    plan.policy({}, 'cleanup')

    await plan.plan()

    expect(await plan.marked('v1', 'v2')).toEqual([])
    expect(plan.status().lastRun).toMatchObject({ message: expect.stringContaining('another policy keeps it') })
    expect(plan.condition('Ready', 'cleanup')).toMatchObject({ status: 'True' })
  })

  it('is planned after all others', async () => {
    const plan = await start()
    const order: string[] = []
    plan.policy(costly, 'a-costly')
    plan.policy({ groupBy: '^(v)' }, 'b-grouping')
    plan.policy({}, 'c-plain')
    const { applyStatus } = plan.cluster
    plan.cluster.applyStatus = async (object, status) => {
      order.push(object.metadata.name)
      return applyStatus.call(plan.cluster, object, status)
    }

    await plan.plan()

    expect(order.filter(name => /^[abc]-/.test(name))).toEqual(['c-plain', 'b-grouping', 'a-costly'])
  })
})
