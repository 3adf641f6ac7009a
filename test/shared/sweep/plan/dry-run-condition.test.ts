import { afterAll, beforeAll, expect, it } from 'vitest'
import { startInProcessStore } from '../../../support/in-process-store.ts'
import type { LocalStore } from '../../../support/local-store.ts'
import { createPlanFixture } from '../../../support/plan-fixture.ts'

let local: LocalStore
beforeAll(async () => {
  local = await startInProcessStore()
})
afterAll(() => local.close())

/** A policy on dry run and one that deletes, over the same objects unless it is said otherwise. */
async function bothPlanned(dry: object, other: object) {
  const plan = createPlanFixture(local.store)
  await plan.synced()
  await plan.holds('v1')
  plan.track()
  plan.policy({ dryRun: true, ...dry }, 'dry')
  plan.policy(other, 'cleanup')
  await plan.plan()
  return plan
}

it('a policy on dry run says from which policies it keeps images, and goes on saying so', async () => {
  const plan = await bothPlanned({}, {})
  const first = plan.condition('KeepsForOthers', 'dry')
  plan.pass(60)
  await plan.plan()

  expect(first).toMatchObject({
    status: 'True',
    reason: 'DryRun',
    message: expect.stringContaining('what it keeps stays for these policies too: cleanup; delete it'),
  })
  expect(plan.condition('KeepsForOthers', 'dry')).toEqual(first)
  expect(plan.condition('KeepsForOthers', 'cleanup')).toBeUndefined()
})

it.each([
  ['the other covers nothing of it', {}, { selector: { matchLabels: { app: 'other' } } }],
  ['the other is on dry run too', {}, { dryRun: true }],
  ['the other is suspended', {}, { suspend: true }],
  ['it is not on dry run', { dryRun: false }, {}],
])('nothing is said where %s', async (_, dry, other) => {
  const plan = await bothPlanned(dry, other)

  expect(plan.condition('KeepsForOthers', 'dry')).toBeUndefined()
})

it('it is said no longer once the policy is off its dry run', async () => {
  const plan = await bothPlanned({}, {})
  const before = plan.condition('KeepsForOthers', 'dry')

  plan.change({ dryRun: false }, 'dry')
  plan.pass(60)
  await plan.plan()

  expect(before).toBeDefined()
  expect(plan.condition('KeepsForOthers', 'dry')).toBeUndefined()
})
