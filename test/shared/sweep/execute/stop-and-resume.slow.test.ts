import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { pauseAnnotation } from '../../../../shared/objects/policy-object.ts'
import { type Loopback, startLoopback } from '../../../support/loopback.ts'
import { createSweepFixture, type SweepFixture } from '../../../support/sweep-fixture.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterEach(() => world.intercept(undefined))
afterAll(() => world.close())

/** So many images to delete and one that stays, marked, with their grace over. */
async function aboutToDelete(toDelete = 3) {
  const sweep = createSweepFixture(world)
  sweep.policy({ maxDeletionsPerRun: 1000 })
  sweep.trackWhole()
  for (let at = 0; at < toDelete; at++) await world.push({ repository: sweep.path, tag: `v1.0.${at}` })
  await sweep.release('v2')
  return { sweep, request: await sweep.ripen() }
}

const goOn = async (sweep: SweepFixture) => {
  sweep.pass(900)
  await sweep.sweep(2)
}

it('F37 the kill switch stops a batch that is under way, and the next request finishes it', async () => {
  const { sweep, request } = await aboutToDelete()
  sweep.moments.before('listReferrers', () => {
    sweep.killSwitch.on = true
    sweep.pass(2)
  })

  expect(await sweep.execute(request)).toMatchObject({ deleted: 0, failed: 0, message: 'stopped by the kill switch' })
  expect(await sweep.listTags()).toHaveLength(4)
  sweep.moments.before('listReferrers', () => undefined)
  sweep.killSwitch.on = false
  await goOn(sweep)

  expect(await sweep.listTags()).toEqual(['v2'])
  expect(sweep.status()).toMatchObject({ totalDeleted: 3, lastRun: { deleted: 3, failed: 0, result: 'Success' } })
})

it('F37 the kill switch stops between an index and its children', async () => {
  const sweep = createSweepFixture(world)
  sweep.policy()
  sweep.trackWhole()
  const old = await sweep.release('v1', { platforms: ['linux/amd64', 'linux/arm64'] })
  await sweep.release('v2')
  const request = await sweep.ripen()
  sweep.moments.onceBefore('deleteManifest', () => {
    sweep.killSwitch.on = true
    sweep.pass(2)
  })

  expect(await sweep.execute(request)).toMatchObject({ message: 'stopped by the kill switch' })

  // The call that was on its way ends; what it did is noted by the next request.
  expect(await sweep.holds(old.digest)).toBe(false)
  for (const { digest } of old.children) expect(await sweep.holds(digest)).toBe(true)
  sweep.killSwitch.on = false
  await goOn(sweep)
  for (const { digest } of old.children) expect(await sweep.holds(digest)).toBe(false)
})

it.each(['true', 'because of the audit'])('F37 a policy that was paused by "%s" deletes nothing', async value => {
  const { sweep, request } = await aboutToDelete(1)
  sweep.cluster.change('ImageCleanupPolicy', 'cleanup', { annotations: { [pauseAnnotation]: value } })

  expect(await sweep.execute(request)).toMatchObject({ deleted: 0, message: expect.stringContaining('paused') })
  expect(await sweep.listTags()).toHaveLength(2)
})

it('F37 a policy that is paused in mid-sweep stops before the next batch', async () => {
  const { sweep, request } = await aboutToDelete(60)
  let deletions = 0
  sweep.moments.before('deleteManifest', () => {
    if (++deletions === 1)
      sweep.cluster.change('ImageCleanupPolicy', 'cleanup', { annotations: { [pauseAnnotation]: 'true' } })
  })

  const result = await sweep.execute(request)

  expect(result).toMatchObject({ deleted: 50, message: expect.stringContaining('paused') })
  expect(await sweep.listTags()).toHaveLength(11)
})

it('F30 I16 stops when the invocation is nearly over, tells what it did, and the next request goes on', async () => {
  const { sweep, request } = await aboutToDelete(120)
  let leftMs = 900_000
  let deletions = 0
  sweep.moments.before('deleteManifest', () => {
    if (++deletions === 60) leftMs = 80_000
  })

  const first = await sweep.execute(request, undefined, { remainingMs: () => leftMs })
  const tried = deletions
  const left = await sweep.listTags()
  await goOn(sweep)

  expect(first).toMatchObject({ failed: 0, message: expect.stringContaining('time of this invocation') })
  expect(first.deleted).toBeGreaterThanOrEqual(50)
  expect(left).toHaveLength(121 - tried)
  expect(await sweep.listTags()).toEqual(['v2'])
  expect(sweep.status()).toMatchObject({ totalDeleted: 120, lastRun: { deleted: 120, failed: 0, result: 'Success' } })
})

/** Another takes the lease when it has run out, and the clock is there only then: nobody renews it in between. */
const takeLeaseLater = (sweep: SweepFixture) =>
  world.store.takeLease(sweep.repository, 'another', new Date(sweep.now().getTime() + 13_000), 30_000)

it('F10 a sweep whose lease another took deletes nothing more', async () => {
  const { sweep, request } = await aboutToDelete(1)
  sweep.moments.onceBefore('listReferrers', async () => {
    await takeLeaseLater(sweep)
    sweep.pass(13)
  })

  const result = await sweep.execute(request)

  expect(result).toMatchObject({ deleted: 0, message: 'stopped: another sweep took the repository over' })
  expect(await sweep.listTags()).toHaveLength(2)
})

it('F10 a sweep whose lease another took and gave back deletes nothing more', async () => {
  const { sweep, request } = await aboutToDelete(1)
  sweep.moments.onceBefore('listReferrers', async () => {
    const lease = await takeLeaseLater(sweep)
    if (lease) await world.store.releaseLease(lease)
    sweep.pass(13)
  })

  const result = await sweep.execute(request)

  expect(result).toMatchObject({ deleted: 0, message: 'stopped: another sweep took the repository over' })
})

it('F29 a second worker on the same message waits for the first, and gives up while that goes on', async () => {
  const { sweep, request } = await aboutToDelete()
  await world.store.takeLease(sweep.repository, 'the first worker', sweep.now(), 60_000)
  let waits = 0

  const second = sweep.execute(request, undefined, { wait: async () => void waits++ })

  await expect(second).rejects.toThrow('expected no other sweep or restore at work there')
  expect(waits).toBeGreaterThan(20)
  expect(await sweep.listTags()).toHaveLength(4)
})

it('F7 F29 the lease of a killed worker is waited for and taken over', async () => {
  const { sweep, request } = await aboutToDelete()
  await world.store.takeLease(sweep.repository, 'a killed worker', sweep.now(), 12_000)

  const result = await sweep.execute(request, undefined, { wait: async ms => sweep.pass(ms / 1000) })

  expect(result).toMatchObject({ deleted: 3 })
})

it('F34 deletes nothing while the kill switch cannot be asked', async () => {
  const { sweep, request } = await aboutToDelete()
  const works = sweep.killSwitch.isPaused
  sweep.moments.onceBefore('listReferrers', () => {
    sweep.pass(2)
    sweep.killSwitch.isPaused = async () => {
      throw new Error('the switch is broken')
    }
  })

  await expect(sweep.execute(request)).rejects.toThrow('the switch is broken')

  expect(await sweep.listTags()).toHaveLength(4)
  sweep.killSwitch.isPaused = works
  await goOn(sweep)
  expect(await sweep.listTags()).toEqual(['v2'])
})

it('F34 deletes nothing when the listing of a cluster breaks in a way that nobody foresaw', async () => {
  const { sweep, request } = await aboutToDelete()
  sweep.cluster.listWorkloads = async () => {
    throw new TypeError('items is not iterable')
  }

  await expect(sweep.execute(request)).rejects.toThrow('items is not iterable')

  expect(await sweep.listTags()).toHaveLength(4)
})
