import { afterAll, beforeAll, expect, it } from 'vitest'
import { startInProcessStore } from '../../../support/in-process-store.ts'
import { createLimitsFixture, type LimitsFixture, namesOf } from '../../../support/limits-fixture.ts'
import type { LocalStore } from '../../../support/local-store.ts'

let local: LocalStore
beforeAll(async () => {
  local = await startInProcessStore()
})
afterAll(() => local.close())

const day = 86_400

/** The seed's `auto-cleanup` as it stands: no limits, no grace period; its versions are two months old. */
async function seeded(versions: number, targets?: string[]): Promise<LimitsFixture> {
  const plan = createLimitsFixture(local)
  await plan.versions(versions)
  for (const name of namesOf(1, versions)) plan.track(plan.path, name)
  // From ten in the morning to ten past two.
  plan.pass(60 * day + 16 * 3600 + 600)
  const creationTimestamp = plan.now().toISOString()
  const spec = { keepRecent: 3, unusedDays: 30, schedule: '0 2 * * *', ...(targets && { targets }) }
  plan.cluster.put('ImageCleanupPolicy', 'cleanup', spec, { creationTimestamp })
  return plan
}

/** Nights in which it runs at two, and all of it is deleted after its grace: how many each took. */
async function nights(plan: LimitsFixture, count: number): Promise<number[]> {
  const taken: number[] = []
  for (let night = 0; night < count; night++) {
    plan.pass(day)
    await plan.plan()
    taken.push((await plan.markedVersions()).length)
    await plan.executed()
    plan.pass(60)
    await plan.plan()
  }
  return taken
}

it.each([
  [7, [4, 0]],
  [30, [27, 0]],
  [300, [100, 100, 97, 0]],
])(
  '24: the policy of the seed sweeps %i versions by itself, a hundred a night',
  async (versions, expected) => {
    const plan = await seeded(versions)

    expect(await nights(plan, expected.length)).toEqual(expected)
    expect(plan.condition('ApprovalRequired')).toBeUndefined()
  },
  120_000,
)

it('24: where it deletes in the registry too, 7 versions go by themselves, and of 30 it asks once', async () => {
  const [small, large] = [await seeded(7, ['RegistryArtifact']), await seeded(30, ['RegistryArtifact'])]
  expect(await nights(small, 2)).toEqual([4, 0])
  expect(await nights(large, 2)).toEqual([0, 0])

  large.approve(large.wantedHash())
  large.pass(60)
  await large.plan()

  expect(await large.markedVersions()).toEqual(namesOf(1, 27))
  await large.executed()
  expect(await nights(large, 2)).toEqual([0, 0])
  expect(large.condition('ApprovalRequired')).toMatchObject({ status: 'False', reason: 'Approved' })
}, 60_000)

it('24: of 300 in the registry it asks once, and then goes on by its pace', async () => {
  const plan = await seeded(300, ['RegistryArtifact'])
  expect(await nights(plan, 1)).toEqual([0])

  plan.approve(plan.wantedHash())
  plan.pass(60)
  await plan.plan()
  const first = await plan.markedVersions()
  await plan.executed()
  plan.pass(60)
  await plan.plan()

  expect(first).toEqual(namesOf(1, 100))
  expect(await nights(plan, 3)).toEqual([100, 97, 0])
  expect(await plan.approvals()).toHaveLength(1)
}, 120_000)
