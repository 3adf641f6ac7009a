import { afterAll, beforeAll, expect, it } from 'vitest'
import { AccessDeniedError } from '../../../../shared/errors.ts'
import { startInProcessStore } from '../../../support/in-process-store.ts'
import type { LocalStore } from '../../../support/local-store.ts'
import { createPlanFixture } from '../../../support/plan-fixture.ts'

let local: LocalStore
beforeAll(async () => {
  local = await startInProcessStore()
})
afterAll(() => local.close())

it('a policy shows which rights are missing in its cluster, and what grants them, while they are', async () => {
  const plan = createPlanFixture(local.store)
  plan.policy()
  const record = async (missingRights: readonly string[]) => {
    const previous = await local.store.findInventory(plan.cluster.name)
    if (previous) await local.store.saveInventory({ ...previous, missingRights, rightsAskedAt: plan.now() }, previous)
    await plan.plan()
  }
  await plan.plan()
  expect(plan.condition('ClusterRights')).toBeUndefined()

  await record(['list pods', 'get secrets'])

  expect(plan.condition('ClusterRights')).toMatchObject({
    status: 'False',
    reason: 'RightsMissing',
    message:
      "the user of this cluster's kubeconfig lacks the rights in all namespaces to list pods, get secrets: grant them with 'kubectl apply -f infra/cluster/rbac.yaml'",
  })
  await record([])
  expect(plan.condition('ClusterRights')).toBeUndefined()
})

it('F47 a policy marks nothing in a cluster of which it is not known whose it is, and says why', async () => {
  const plan = createPlanFixture(local.store)
  plan.policy()
  plan.cluster.requireOwn = () => Promise.reject(new AccessDeniedError('grant the right to get leases'))

  await plan.plan()

  expect(plan.condition('Ready')).toMatchObject({
    status: 'False',
    reason: 'ClusterUnavailable',
    message: expect.stringContaining('grant the right to get leases'),
  })
})
