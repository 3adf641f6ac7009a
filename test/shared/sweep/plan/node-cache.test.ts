import { afterAll, beforeAll, expect, it } from 'vitest'
import { startInProcessStore } from '../../../support/in-process-store.ts'
import type { LocalStore } from '../../../support/local-store.ts'
import { createPlanFixture } from '../../../support/plan-fixture.ts'

let local: LocalStore
beforeAll(async () => {
  local = await startInProcessStore()
})
afterAll(() => local.close())

async function planned(targets: readonly string[]) {
  const plan = createPlanFixture(local.store)
  await plan.synced()
  await plan.holds('v1')
  await plan.holds('v2')
  for (const tag of ['v1', 'v2']) plan.track(undefined, tag)
  plan.policy({ targets })
  await plan.plan()
  return plan
}

it('a policy with target NodeCache alone marks nothing, and says what to set instead', async () => {
  const plan = await planned(['NodeCache'])

  expect(plan.condition('NodeCacheServed')).toMatchObject({
    status: 'False',
    reason: 'UseKubeletSettings',
    message: expect.stringMatching(/the policy deletes nothing: .* set imageMaximumGCAge in its KubeletConfiguration/),
  })
  expect(await plan.marked('v1', 'v2')).toEqual([])
  expect(plan.status()).toMatchObject({ marked: 0, lastRun: { result: 'Success', candidates: 0 } })
})

it('a policy with another target beside NodeCache is judged by that one', async () => {
  const plan = await planned(['NodeCache', 'RegistryArtifact'])

  expect(plan.condition('NodeCacheServed')).toMatchObject({
    message: expect.stringContaining('its other targets count'),
  })
  expect(await plan.marked('v1', 'v2')).toEqual(['v1'])
  expect(plan.status()).toMatchObject({ marked: 1, summary: expect.stringContaining('marked, deleted after') })
})

it('a policy without NodeCache has no such condition', async () => {
  expect((await planned(['RegistryArtifact'])).condition('NodeCacheServed')).toBeUndefined()
})
