import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Digest } from '../../../shared/domain/digest.ts'
import type { ImageRecord } from '../../../shared/domain/records/images.ts'
import { ConflictError } from '../../../shared/errors.ts'
import { saveLatest } from '../../../shared/records/save-latest.ts'
import { isGoneSoon } from '../../../shared/sweep/execute/look-again.ts'
import { syncRepository } from '../../../shared/sync/sync-repository.ts'
import { type FaultyLoopback, startFaultyLoopback } from '../../support/faulty-loopback.ts'
import { createKillPoint, KilledError, type KillPoint } from '../../support/memory-platform.ts'
import { syncContext } from '../../support/records.ts'
import { always, isManifest } from '../../support/registry-faults.ts'
import { createSweepFixture, policySpec, type SweepFixture } from '../../support/sweep-fixture.ts'

let world: FaultyLoopback
beforeEach(async () => {
  world = await startFaultyLoopback()
})
afterEach(() => world.close())

const policyOf = async (sweep: SweepFixture) => {
  const record = await world.store.findPolicy(`${sweep.cluster.name}/team/cleanup`)
  if (!record) throw new Error('expected a policy that ran')
  return record
}

/** v1.0 and v1.1 are on one image, v1.2 on another; each delete of the run failed without an answer. */
async function failedRun(): Promise<{ sweep: SweepFixture; digests: Digest[] }> {
  const sweep = createSweepFixture(world)
  sweep.policy()
  sweep.trackWhole()
  const seed = sweep.path
  const both = await world.push({ repository: sweep.path, tag: 'v1.0', seed })
  await world.push({ repository: sweep.path, tag: 'v1.1', seed })
  const other = await world.push({ repository: sweep.path, tag: 'v1.2' })
  await sweep.release('v2')
  const request = await sweep.ripen()
  const undo = world.proxy.inject(always(isManifest('DELETE', sweep.path), { kind: 'answer', status: 504 }))
  await sweep.execute(request)
  undo()
  world.passHour()
  sweep.cluster.change('ImageCleanupPolicy', 'cleanup', { spec: { ...policySpec, keepRecent: 9 } })
  await sweep.sweep(1)
  return { sweep, digests: [both.digest, other.digest] as Digest[] }
}

/** Of the blobs that only these use. */
async function bytesOf({ repository }: SweepFixture, digests: readonly Digest[]): Promise<number> {
  const images = await world.store.listImages(repository)
  const isOf = (image: ImageRecord) => digests.includes(image.digest)
  const staying = new Set(images.filter(one => !isOf(one)).flatMap(one => one.blobs?.map(({ digest }) => digest)))
  const sizes = images.filter(isOf).flatMap(one => one.blobs?.map(one => [one.digest, one.sizeBytes] as const) ?? [])
  return [...new Map(sizes)].reduce((sum, [digest, size]) => sum + (staying.has(digest) ? 0 : size), 0)
}

const syncKilled = async (sweep: SweepFixture, kill: KillPoint) => {
  const context = syncContext(sweep.repository, sweep.now())
  await syncRepository(context, sweep.path, { store: kill.wrap(world.store), reader: world.reader })
}

describe('F45 what the registry carried out after its run', () => {
  it('is counted once, wherever the sync that finds it is killed', async () => {
    const undisturbed = await failedRun()
    for (const digest of undisturbed.digests) await world.remove(undisturbed.sweep.path, digest)
    const counting = createKillPoint()
    await syncKilled(undisturbed.sweep, counting)
    const expected = await policyOf(undisturbed.sweep)

    expect(expected.runs[0]).toMatchObject({ result: 'Success', deleted: 3, failed: 0 })
    expect(expected).toMatchObject({ totalDeleted: 3, totalFreedBytes: expected.runs[0]?.freedBytes })
    expect(expected.lastSuccessfulTime).toEqual(expected.runs[0]?.completionTime)

    const { sweep, digests } = await failedRun()
    for (const digest of digests) await world.remove(sweep.path, digest)
    for (let last = 1; last <= counting.calls; last++)
      await syncKilled(sweep, createKillPoint(last)).catch(error => {
        // A write that was under way beside the killed one comes to its end meanwhile.
        if (!(error instanceof ConflictError)) expect(error).toBeInstanceOf(KilledError)
      })
    await saveLatest(() => syncKilled(sweep, createKillPoint()))
    const record = await policyOf(sweep)

    expect(record.runs[0]).toMatchObject({ result: 'Success', deleted: 3, failed: 0 })
    expect(record.runs[0]?.items.map(({ action }) => action)).toEqual(['Deleted', 'Deleted', 'Deleted'])
    expect([record.totalDeleted, record.totalFreedBytes]).toEqual([3, await bytesOf(sweep, digests)])
    expect(record.runs[0]?.freedBytes).toBe(record.totalFreedBytes)
    for (const digest of digests)
      expect(await sweep.image(digest)).toMatchObject({
        change: { action: 'image-gone', actor: `policy ${record.id}`, runId: record.runs[0]?.runId },
      })
  })

  it('leaves the run a partial failure while some of it is still there', async () => {
    const { sweep, digests } = await failedRun()
    await world.remove(sweep.path, digests[1] ?? '')
    await sweep.sync()

    const { runs } = await policyOf(sweep)

    expect(runs[0]).toMatchObject({ result: 'PartialFailure', deleted: 1, failed: 2 })
    expect(runs[0]?.message).toMatch(/^1 deleted, 2 failed/)
  })

  it('leaves the run a partial failure that left a repository alone', async () => {
    const { sweep, digests } = await failedRun()
    const before = await policyOf(sweep)
    const leftAlone = [{ repository: 'registry.example.com/other', message: 'left alone' }]
    await world.store.savePolicy({ ...before, runs: before.runs.map(run => ({ ...run, leftAlone })) }, before)
    for (const digest of digests) await world.remove(sweep.path, digest)
    await sweep.sync()

    expect((await policyOf(sweep)).runs[0]).toMatchObject({ result: 'PartialFailure', deleted: 3, failed: 0 })
  })

  it('is somebody else’s doing a day later', async () => {
    const { sweep, digests } = await failedRun()
    sweep.pass(25 * 3600)
    await world.remove(sweep.path, digests[0] ?? '')
    await sweep.sync()

    const { runs } = await policyOf(sweep)

    expect(runs[0]).toMatchObject({ result: 'PartialFailure', deleted: 0, failed: 3 })
    expect((await sweep.image(digests[0] as Digest))?.change).toMatchObject({ action: 'image-gone', actor: 'outside' })
  })

  it('does not change a run that is not remembered any more', async () => {
    const { sweep, digests } = await failedRun()
    const before = await policyOf(sweep)
    await world.store.savePolicy({ ...before, runs: [] }, before)
    await world.remove(sweep.path, digests[0] ?? '')
    await sweep.sync()

    expect(await policyOf(sweep)).toMatchObject({ runs: [], totalDeleted: 0, totalFreedBytes: 0 })
    expect((await sweep.image(digests[0] as Digest))?.change.actor).toBe(`policy ${before.id}`)
  })
})

describe('F45 the looks after a delete without an answer', () => {
  const goOn = async () => undefined

  it('are a few, with growing waits, and end as soon as it is gone', async () => {
    const waits: number[] = []
    let looks = 0
    const look = async () => {
      looks += 1
      return looks < 3
    }
    const pause = async (ms: number) => void waits.push(ms)

    expect(await isGoneSoon(look, { stopReason: goOn, pause })).toBe(true)
    expect(looks).toBe(3)
    expect(waits).toEqual(waits.toSorted((a, b) => a - b))
    expect(await isGoneSoon(async () => true, { stopReason: goOn, pause })).toBe(false)
  })

  it('are not taken when the sweep has to stop', async () => {
    let looks = 0
    const look = async () => {
      looks += 1
      return true
    }

    expect(await isGoneSoon(look, { stopReason: async () => 'paused', pause: goOn })).toBe(false)
    expect(looks).toBe(1)
  })
})
