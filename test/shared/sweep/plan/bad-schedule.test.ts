import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startInProcessStore } from '../../../support/in-process-store.ts'
import type { LocalStore } from '../../../support/local-store.ts'
import { createPlanFixture } from '../../../support/plan-fixture.ts'

let local: LocalStore
beforeAll(async () => {
  local = await startInProcessStore()
})
afterAll(() => local.close())

async function planned(spec: object) {
  const plan = createPlanFixture(local.store)
  await plan.synced()
  for (const name of ['v1', 'v2']) await plan.holds(name)
  plan.track()
  plan.policy(spec, 'bad')
  await plan.plan()
  return plan
}

describe('a policy whose schedule cannot be followed', () => {
  it.each([
    ['a minute that does not exist', { schedule: '61 * * * *' }, 'InvalidSchedule'],
    ['a day that never comes', { schedule: '0 0 30 2 *' }, 'InvalidSchedule'],
    ['a time zone that nobody knows', { schedule: '@daily', timeZone: 'Mars/Olympus' }, 'InvalidTimeZone'],
    ['B35 a time zone without a place', { schedule: '@daily', timeZone: 'CST' }, 'InvalidTimeZone'],
    ['B35 a time zone without a place, nor a schedule', { timeZone: 'CST' }, 'InvalidTimeZone'],
  ])('says so in its status and marks nothing, by hand neither: %s', async (_, spec, reason) => {
    const plan = await planned(spec)

    expect(plan.condition('Ready', 'bad')).toMatchObject({ status: 'False', reason })
    expect(await plan.marked('v1', 'v2')).toEqual([])
  })

  it('costs the policies after it neither their run nor their status', async () => {
    const plan = await planned({ schedule: '0 0 30 2 *' })
    plan.policy()

    await plan.plan()

    expect(plan.condition('Ready')).toMatchObject({ status: 'True' })
    expect(await plan.marked('v1', 'v2')).toEqual(['v1'])
  })
})
