import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startInProcessStore } from '../../../support/in-process-store.ts'
import type { LocalStore } from '../../../support/local-store.ts'
import { createPlanFixture, type PlanFixture } from '../../../support/plan-fixture.ts'

let local: LocalStore
beforeAll(async () => {
  local = await startInProcessStore()
})
afterAll(() => local.close())

const stalled = { outcome: { succeeded: false, reason: 'Timeout' as const, message: 'it sent nothing for 15 s' } }

/** A policy over a repository that holds one image, and another of the same, whose last sync failed. */
async function start({ other, spec = {} }: { other: 'synced' | 'left' | 'none'; spec?: object }) {
  const plan = createPlanFixture(local.store)
  await plan.synced(plan.path, stalled)
  await plan.holds('v1')
  plan.track()
  const path = `${plan.path}-other`
  if (other !== 'none') {
    await plan.synced(path, other === 'left' ? stalled : {})
    await plan.holds('v1', {}, path)
    plan.track(path)
  }
  plan.policy(spec)
  await plan.plan()
  return plan
}

const lastRun = (plan: PlanFixture) => plan.status().lastRun as { result: string; message: string; deleted: number }
const leftText = ({ repository }: PlanFixture) => `${repository} is left alone because its last sync did not succeed`

describe('F17 a run that could not look at a repository', () => {
  it.each([false, true])('is a partial failure where it looked at another, on dry run %s', async dryRun => {
    const plan = await start({ other: 'synced', spec: { dryRun } })

    expect(lastRun(plan)).toMatchObject({ result: 'PartialFailure', deleted: 0 })
    expect(lastRun(plan).message).toContain(leftText(plan))
    expect(plan.condition('LastRunSucceeded')).toMatchObject({
      status: 'False',
      reason: 'PartialFailure',
      message: lastRun(plan).message,
    })
    expect(plan.cluster.events).toContainEqual(
      expect.objectContaining({ type: 'Warning', reason: 'PartialFailure', message: lastRun(plan).message }),
    )
  })

  it('says of the others alone that nothing is left to delete', async () => {
    const plan = await start({ other: 'synced' })

    expect(lastRun(plan).message).toBe(
      `0 deleted, 0 failed, nothing else to delete in the other repositories; ${leftText(plan)}`,
    )
  })

  it.each(['left', 'none'] as const)('has failed where it looked at none, the other being %s', async other => {
    const plan = await start({ other })

    expect(lastRun(plan)).toMatchObject({ result: 'Failed', message: expect.stringMatching(/^0 deleted, 0 failed; /) })
    expect(plan.condition('LastRunSucceeded')).toMatchObject({ status: 'False', reason: 'RunFailed' })
  })

  it('does not count as the last that succeeded, and is not repeated', async () => {
    const plan = await start({ other: 'synced' })
    plan.pass(300)
    await plan.plan()

    expect(plan.status()).not.toHaveProperty('lastSuccessfulTime')
    expect((await plan.record())?.runs).toHaveLength(1)
  })

  it('names the repository in its record', async () => {
    const plan = await start({ other: 'synced' })

    expect((await plan.record())?.runs[0]?.leftAlone).toEqual([
      { repository: plan.repository, message: 'left alone because its last sync did not succeed' },
    ])
  })

  it('is followed by one that succeeded once the repository was read', async () => {
    const plan = await start({ other: 'synced' })
    await plan.synced()
    plan.annotate({ 'theriseunion.io/manual-run': '2' })
    await plan.plan()

    expect(lastRun(plan)).toMatchObject({ result: 'Success', message: '0 deleted, 0 failed, nothing else to delete' })
    expect((await plan.record())?.runs[0]).not.toHaveProperty('leftAlone')
  })

  it('is a partial failure where it had deleted before and can look at nothing in the end', async () => {
    const plan = createPlanFixture(local.store)
    await plan.synced()
    for (const name of ['v1', 'v2']) await plan.holds(name)
    plan.track()
    plan.policy()
    await plan.plan()
    const record = await plan.record()
    if (!record) throw new Error('expected a policy that ran')
    const runs = record.runs.map(run => ({ ...run, deleted: 1 }))
    await local.store.savePolicy({ ...record, runs }, record)
    const image = await plan.image('v1')
    if (!image) throw new Error('expected an image')
    const { mark: _m, ...unmarked } = image
    await local.store.saveImage(unmarked, image)
    await plan.synced(plan.path, stalled)
    plan.pass(7200)
    await plan.plan()

    expect(lastRun(plan)).toMatchObject({ result: 'PartialFailure', deleted: 1 })
  })
})
