import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { factsOf, providerOf } from '../../../../shared/domain/providers/providers.ts'
import { startInProcessStore } from '../../../support/in-process-store.ts'
import type { LocalStore } from '../../../support/local-store.ts'
import { createPlanFixture } from '../../../support/plan-fixture.ts'

let local: LocalStore
beforeAll(async () => {
  local = await startInProcessStore()
})
afterAll(() => local.close())

const toArchive = { action: 'Archive', schedule: '* * * * *' }

/** Two versions of which a policy would archive the older. */
async function planned(provider: 'ecr' | 'harbor' | 'oci') {
  const plan = createPlanFixture(local.store)
  plan.deploy({ factsOf: host => factsOf(providerOf(host, provider)) })
  await plan.synced()
  for (const name of ['v1', 'v2']) await plan.holds(name)
  plan.track()
  plan.policy(toArchive)
  await plan.plan()
  return plan
}

describe('a policy with action Archive', () => {
  it('marks for the archive where the registry has one', async () => {
    const plan = await planned('ecr')

    expect(plan.condition('Ready')).toMatchObject({ status: 'True' })
    expect(await plan.marked('v1', 'v2')).toEqual(['v1'])
    expect((plan.status().lastRun as { message: string }).message).toMatch(
      /^1 tag and 1 digest to archive; marked, archived after /,
    )
  })

  it.each(['harbor', 'oci'] as const)(
    'says at once that %s has no archive, and what to say instead, and marks nothing',
    async provider => {
      const plan = await planned(provider)

      expect(plan.condition('Ready')).toMatchObject({
        status: 'False',
        reason: 'ArchiveUnsupported',
        message: expect.stringMatching(/nothing is archived or deleted in .*a policy with action Delete/),
      })
      expect(await plan.marked('v1', 'v2')).toEqual([])
      expect((plan.status().lastRun as { message: string }).message).toContain('left out: action Archive')
    },
  )

  it('is in force again once it deletes, with marks that say so', async () => {
    const plan = await planned('harbor')

    plan.change({ ...toArchive, action: 'Delete' })
    plan.pass(120)
    await plan.plan()

    expect(plan.condition('Ready')).toMatchObject({ status: 'True' })
    expect(await plan.marked('v1', 'v2')).toEqual(['v1'])
  })

  it('lifts marks to delete once it archives, and makes its own with the whole grace', async () => {
    const plan = await planned('ecr')
    plan.change({ ...toArchive, action: 'Delete' })
    plan.pass(120)
    await plan.plan()
    const toDelete = await plan.image('v1')
    plan.change(toArchive)
    plan.pass(1800)
    await plan.plan()
    const again = await plan.image('v1')

    expect(toDelete?.mark).not.toHaveProperty('archives')
    expect(again?.mark).toMatchObject({ archives: true })
    expect(again?.mark?.deleteAfter.getTime()).toBeGreaterThan(toDelete?.mark?.deleteAfter.getTime() ?? 0)
  })
})
