import { afterAll, beforeAll, expect, it } from 'vitest'
import { manualRunAnnotation } from '../../../../shared/sweep/plan/due-run.ts'
import { startInProcessStore } from '../../../support/in-process-store.ts'
import type { LocalStore } from '../../../support/local-store.ts'
import { createKillPoint, KilledError, type KillPoint } from '../../../support/memory-platform.ts'
import { createPlanFixture, markTwo, type PlanFixture } from '../../../support/plan-fixture.ts'
import { killEvery } from '../../../support/thoroughness.ts'

let local: LocalStore
beforeAll(async () => {
  local = await startInProcessStore()
})
afterAll(() => local.close())

async function unmarked(spec: object = {}): Promise<PlanFixture> {
  const plan = createPlanFixture(local.store, 150)
  await plan.synced()
  for (const name of ['v1', 'v2', 'v3'])
    await plan.holds(name, { blobs: [{ digest: `sha256:${name.charCodeAt(1).toString().repeat(32)}`, sizeBytes: 50 }] })
  plan.track()
  plan.policy(spec)
  return plan
}

const marked = (): Promise<PlanFixture> => markTwo(createPlanFixture(local.store))

/** What a planner does that was killed, and then every minute until nothing is left to do. */
async function planKilled(plan: PlanFixture, kill: KillPoint): Promise<boolean> {
  let wasKilled = false
  try {
    await plan.plan(kill)
  } catch (error) {
    if (!(error instanceof KilledError)) throw error
    wasKilled = true
  }
  for (let minute = 0; minute < 3; minute++) {
    plan.pass(60)
    await plan.plan()
  }
  return wasKilled
}

/** Kills after one call and then after a later one, until the planner was not killed. */
async function afterAnyKill(
  prepare: () => Promise<PlanFixture>,
  check: (plan: PlanFixture, where: string) => Promise<void>,
): Promise<void> {
  for (let last = 1; ; last += killEvery) {
    const plan = await prepare()
    const wasKilled = await planKilled(plan, createKillPoint(last))
    await check(plan, `killed after call ${last}`)
    if (!wasKilled) return
  }
}

const runsOf = async (plan: PlanFixture) => (await plan.record())?.runs.map(({ runId, result }) => [runId, result])

it('F7 F8 a run killed after any call marks all it would delete, each once, and stays one run', async () => {
  await afterAnyKill(unmarked, async (plan, where) => {
    for (const name of ['v1', 'v2']) expect(await plan.history(name), `${where}: ${name}`).toEqual(['marked'])
    expect(await plan.marked('v1', 'v2', 'v3'), where).toEqual(['v1', 'v2'])
    expect(await runsOf(plan), where).toEqual([[expect.stringMatching(/^manual-\d+$/), 'Running']])
    expect(plan.status(), where).toMatchObject({ lastHandledManualRun: '1', lastRun: { trigger: 'Manual' } })
  })
}, 60_000)

it('F7 F8 a policy that was deleted after any call of its first run leaves no mark behind', async () => {
  for (let last = 1; ; last += killEvery) {
    const plan = await unmarked()
    const wasKilled = await plan.plan(createKillPoint(last)).then(
      () => false,
      () => true,
    )
    for (const object of await plan.cluster.listObjects('ImageCleanupPolicy')) await plan.cluster.deleteObject(object)

    for (let minute = 0; minute < 3; minute++) {
      plan.pass(60)
      await plan.plan()
    }

    expect(await plan.marked('v1', 'v2'), `killed after call ${last}`).toEqual([])
    expect(plan.warnings).toEqual([])
    if (!wasKilled) break
  }
}, 60_000)

it('F8 F35 the marks of a policy that was suspended are lifted whatever call was the last, each once', async () => {
  const suspended = async () => {
    const plan = await marked()
    plan.pass(60)
    plan.change({ suspend: true })
    return plan
  }
  await afterAnyKill(suspended, async (plan, where) => {
    expect(await plan.marked('v1', 'v2'), where).toEqual([])
    for (const name of ['v1', 'v2'])
      expect(await plan.history(name), `${where}: ${name}`).toEqual(['marked', 'mark-lifted'])
    expect(await plan.record(), where).toMatchObject({ runs: [{ result: 'Skipped', skipReason: 'Suspended' }] })
    expect(await plan.record(), where).not.toHaveProperty('marksSince')
  })
}, 60_000)

it('F8 F35 a changed policy marks anew whatever call was the last, and no image is left with the old date', async () => {
  const changed = async () => {
    const plan = await marked()
    plan.pass(60)
    plan.change({ keepTags: ['x'] })
    return plan
  }
  await afterAnyKill(changed, async (plan, where) => {
    const { policyHash } = (await plan.record()) ?? {}
    for (const name of ['v1', 'v2']) {
      expect(await plan.history(name), `${where}: ${name}`).toEqual(['marked', 'marked'])
      expect((await plan.image(name))?.mark?.policyHash, where).toBe(policyHash)
    }
  })
}, 60_000)

it('F8 a run for storage killed after any call marks no more than it chose', async () => {
  const pressed = async () => {
    const plan = await unmarked({ storageThresholdPercent: 80 })
    plan.annotate({})
    return plan
  }
  await afterAnyKill(pressed, async (plan, where) => {
    expect(await plan.marked('v1', 'v2', 'v3'), where).toEqual(['v1'])
  })
}, 60_000)

it('a run asked for by hand while another waits takes its marks over, with their dates', async () => {
  const plan = await marked()
  const before = (await plan.image('v1'))?.mark?.deleteAfter
  plan.pass(60)
  plan.annotate({ [manualRunAnnotation]: '2' })

  await plan.plan()

  expect((await plan.image('v1'))?.mark?.deleteAfter).toEqual(before)
  expect((await plan.record())?.runs.map(run => run.result)).toEqual(['Running', 'Skipped'])
  const ids = (await plan.record())?.runs.map(run => run.runId)
  expect(new Set(ids).size).toBe(2)
  const id = `${plan.cluster.name}/team/cleanup`
  expect(plan.status()).toMatchObject({
    lastRun: { run: `${id}/${ids?.[0]}` },
    history: [{ run: `${id}/${ids?.[1]}` }],
  })
})
