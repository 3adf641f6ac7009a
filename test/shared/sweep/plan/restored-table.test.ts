import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startInProcessStore } from '../../../support/in-process-store.ts'
import type { LocalStore } from '../../../support/local-store.ts'
import { createPlanFixture, markTwo } from '../../../support/plan-fixture.ts'

let local: LocalStore
beforeAll(async () => {
  local = await startInProcessStore()
})
afterAll(() => local.close())

/** Two images whose grace ran out while nothing was there; then the table is restored. */
async function restored() {
  const plan = await markTwo(createPlanFixture(local.store))
  plan.pass(10 * 24 * 3600)
  plan.restoreTable()
  return plan
}

describe('marks of a table that was restored', () => {
  it('are lifted before anything is deleted by them, though their grace is long over', async () => {
    const plan = await restored()

    const requests = await plan.plan()

    expect(requests).toEqual([])
    expect(await plan.marked('v1', 'v2')).toEqual([])
    expect(await plan.image('v1')).toMatchObject({ change: { reason: 'the table was restored from a backup' } })
    expect((await plan.record())?.runs[0]).toMatchObject({ result: 'Skipped', skipReason: 'TableRestored' })
  })

  it('are lifted while everything is paused as well', async () => {
    const plan = await restored()
    plan.killSwitch.on = true

    await plan.plan()

    expect(await plan.marked('v1', 'v2')).toEqual([])
  })

  it('are made anew by the next run, and stay', async () => {
    const plan = await restored()
    await plan.plan()
    plan.pass(60)
    plan.annotate({ 'theriseunion.io/manual-run': '2' })
    await plan.synced()
    await plan.plan()

    plan.pass(60)
    await plan.plan()

    expect(await plan.marked('v1', 'v2')).toEqual(['v1', 'v2'])
    expect(await plan.history('v1')).toEqual(['marked', 'mark-lifted', 'marked'])
  })
})
