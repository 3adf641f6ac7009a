import { afterAll, beforeAll, expect, it } from 'vitest'
import { startInProcessStore } from '../../../support/in-process-store.ts'
import type { LocalStore } from '../../../support/local-store.ts'
import { createPlanFixture } from '../../../support/plan-fixture.ts'

let local: LocalStore
beforeAll(async () => {
  local = await startInProcessStore()
})
afterAll(() => local.close())

const missing = 'the policy is in force; covers 0 Repository objects'

it.each([
  [{ namespaces: ['prodction'] }, `${missing}; namespace prodction does not exist`],
  [{ namespaces: ['team', 'prodction'] }, 'the policy is in force; namespace prodction does not exist'],
  [{ selector: { matchLabels: { app: 'nothing' } } }, missing],
  [{}, 'the policy is in force'],
  [{ namespaces: ['prodction'], targets: ['Configuration'] }, `${missing}; namespace prodction does not exist`],
])('B35 says of a policy with %j what of its scope is not there', async (spec, message) => {
  const plan = createPlanFixture(local.store)
  await plan.synced()
  plan.track()
  plan.policy({ keepRecent: 1, ...spec })

  await plan.plan()
  const first = plan.condition('Ready')
  plan.pass(60)
  await plan.plan()

  expect(first).toMatchObject({ status: 'True', reason: 'Accepted', message })
  expect(plan.condition('Ready')).toEqual(first)
})

it('B35 says so no longer once there is something to cover', async () => {
  const plan = createPlanFixture(local.store)
  await plan.synced()
  plan.policy({ keepRecent: 1 })
  await plan.plan()
  const before = plan.condition('Ready')
  plan.track()
  plan.pass(60)

  await plan.plan()

  expect(before).toMatchObject({ message: missing })
  expect(plan.condition('Ready')).toMatchObject({ message: 'the policy is in force' })
})
