import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startInProcessStore } from '../../../support/in-process-store.ts'
import { createLimitsFixture, type LimitsFixture, namesOf } from '../../../support/limits-fixture.ts'
import type { LocalStore } from '../../../support/local-store.ts'
import { createKillPoint, KilledError } from '../../../support/memory-platform.ts'
import { digestOf } from '../../../support/records.ts'

let local: LocalStore
beforeAll(async () => {
  local = await startInProcessStore()
})
afterAll(() => local.close())

async function twelve(spec: object = {}): Promise<LimitsFixture> {
  const plan = createLimitsFixture(local)
  await plan.versions(12)
  plan.policy({ keepRecent: 2, maxDeletionsPerRun: 4, ...spec })
  return plan
}

describe('24: a run', () => {
  it('marks as many as its pace lets it, those pushed longest ago first, and says how many wait', async () => {
    const plan = await twelve()

    await plan.plan()

    expect(await plan.markedVersions()).toEqual(namesOf(1, 4))
    expect(plan.lastRun()).toMatchObject({
      result: 'Running',
      waitForPace: 6,
      message: expect.stringMatching(
        /^10 tags and 10 digests to delete; 4 of them marked, deleted after .*; 6 images wait for later runs, as maxDeletionsPerRun is 4$/,
      ),
    })
  })

  it('marks no more when it goes on, and ends when what it marked is deleted', async () => {
    const plan = await twelve()
    await plan.plan()
    plan.pass(300)
    await plan.plan()
    expect(await plan.markedVersions()).toEqual(namesOf(1, 4))

    await plan.executed()
    for (let look = 0; look < 5; look++) {
      plan.pass(300)
      await plan.plan()
    }

    expect(await plan.markedVersions()).toEqual([])
    expect(plan.lastRun()).toMatchObject({
      result: 'Success',
      waitForPace: 6,
      message: expect.stringContaining('6 images wait for later runs'),
    })
  })

  it('is followed by others that go on where it stopped', async () => {
    const plan = await twelve()
    const markedBy: string[][] = []
    for (const run of ['1', '2', '3', '4']) {
      plan.run(run)
      await plan.plan()
      markedBy.push(await plan.markedVersions())
      await plan.executed()
      plan.pass(60)
    }

    expect(markedBy).toEqual([namesOf(1, 4), namesOf(5, 8), namesOf(9, 10), []])
    expect(plan.lastRun()).not.toHaveProperty('waitForPace')
  })

  it('tries last what an earlier run failed to delete, so that the rest has its turn', async () => {
    const plan = await twelve()
    await plan.plan()
    await plan.failed(...namesOf(1, 4))

    plan.run('2')
    await plan.plan()

    expect(await plan.markedVersions()).toEqual(namesOf(5, 8))
  })

  it('marks a subject together with what refers to it', async () => {
    const plan = createLimitsFixture(local)
    await plan.versions(6, plan.path, number => (number === 3 ? { subject: digestOf(`${plan.path} v2`) } : {}))
    plan.policy({ keepRecent: 1, maxDeletionsPerRun: 2 })

    await plan.plan()
    expect(await plan.markedVersions()).toEqual(['v1'])
    await plan.executed()
    plan.run('2')
    await plan.plan()

    expect(await plan.markedVersions()).toEqual(['v2', 'v3'])
  })

  it('F35 of a changed policy marks no more anew than any other, and lifts the rest', async () => {
    const plan = await twelve({ maxDeletionsPerRun: 10 })
    await plan.plan()
    expect(await plan.markedVersions()).toEqual(namesOf(1, 10))
    plan.change({ keepRecent: 2, keepTags: ['x'], maxDeletionsPerRun: 4 })
    plan.run('2')

    await plan.plan()

    expect(await plan.markedVersions()).toEqual(namesOf(1, 4))
    expect((await plan.image('v5'))?.change).toMatchObject({
      action: 'mark-lifted',
      reason: 'the policy was changed since it was marked: it waits for its turn to be marked anew',
    })
  })

  it('F7 F8 killed after any call marks exactly its pace in all, each image once', async () => {
    for (let last = 1; ; last++) {
      const plan = await twelve()
      const wasKilled = await plan.plan(createKillPoint(last)).then(
        () => false,
        error => {
          if (!(error instanceof KilledError)) throw error
          return true
        },
      )
      for (let minute = 0; minute < 2; minute++) {
        plan.pass(60)
        await plan.plan()
      }

      expect(await plan.markedVersions(), `killed after call ${last}`).toEqual(namesOf(1, 4))
      expect(plan.lastRun(), `killed after call ${last}`).toMatchObject({ waitForPace: 6 })
      for (const name of namesOf(1, 4)) expect(await plan.history(name), name).toEqual(['marked'])
      if (!wasKilled) break
    }
  }, 120_000)

  it('F7 between its marks and its report still knows at its end how many it marked', async () => {
    const plan = await twelve()
    const { savePolicy } = local.store
    local.store.savePolicy = async (draft, previous) => {
      if (draft.lastHandledManualRun !== undefined) throw new KilledError('between mark and report')
      return savePolicy(draft, previous)
    }
    await expect(plan.plan()).rejects.toBeInstanceOf(KilledError)
    local.store.savePolicy = savePolicy
    await plan.executed()

    plan.pass(60)
    await plan.plan()

    expect(await plan.markedVersions()).toEqual([])
    expect(plan.lastRun()).toMatchObject({ waitForPace: 6 })
  })

  it('for storage obeys it too', async () => {
    const plan = createLimitsFixture(local, 1300)
    await plan.versions(12, plan.path, number => ({
      blobs: [{ digest: digestOf(`${plan.path} blob ${number}`), sizeBytes: 100 }],
    }))
    await plan.synced(plan.path, { storedBytes: 1200 })
    const spec = { keepRecent: 2, gracePeriod: '1h', targets: ['RegistryArtifact'], storageThresholdPercent: 50 }
    plan.cluster.put('ImageCleanupPolicy', 'cleanup', { ...spec, maxDeletionsPerRun: 3, maxDeletionPercent: 100 })

    await plan.plan()

    expect(await plan.markedVersions()).toEqual(namesOf(1, 3))
    expect(plan.lastRun()).toMatchObject({ trigger: 'StoragePressure', waitForPace: expect.any(Number) })
  })
})
