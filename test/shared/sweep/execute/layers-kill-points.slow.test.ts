import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Digest } from '../../../../shared/domain/digest.ts'
import { type Loopback, startLoopback } from '../../../support/loopback.ts'
import { createKillPoint, KilledError } from '../../../support/memory-platform.ts'
import { createRestoreFixture } from '../../../support/restore-fixture.ts'
import { killEvery } from '../../../support/thoroughness.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterAll(() => world.close())

const orKilled = async (work: () => Promise<unknown>): Promise<boolean> => {
  try {
    await work()
    return false
  } catch (error) {
    if (error instanceof KilledError) return true
    throw error
  }
}

it('F7 F8 an execution killed after any call has lost no layer, and a restore killed anywhere is finished', async () => {
  let isLast = false
  for (let last = 1; !isLast; last += killEvery) {
    const where = `killed after call ${last}`
    const fixture = createRestoreFixture(world)
    fixture.policy({ archive: 'layers' })
    fixture.trackWhole()
    const index = await fixture.release('v1', { seed: `${fixture.path} 1`, platforms: ['linux/amd64', 'linux/arm64'] })
    await fixture.release('v2')
    const children = index.children.map(child => child.digest as Digest)
    const request = await fixture.ripen()

    const wasKilled = await orKilled(() => fixture.execute(request, createKillPoint(last)))
    for (const child of children)
      if (!(await fixture.holds(child)))
        for (const { digest } of fixture.archivedBlobs(child))
          expect(fixture.layers.blobs.has(digest), `${where}: ${child} is gone without ${digest}`).toBe(true)
    // The lease of the killed one ends.
    fixture.pass(120)
    await fixture.inventories()
    await fixture.execute(request)
    expect(await fixture.listTags(), where).toEqual(['v2'])

    await world.collectGarbage()
    const wasRestoreKilled = await orKilled(() => fixture.restore(':v1', { kill: createKillPoint(last) }))
    fixture.pass(60)
    const things = await fixture.restore(':v1')

    expect(
      things.filter(({ outcome }) => outcome !== 'restored' && outcome !== 'present'),
      where,
    ).toEqual([])
    for (const child of children)
      for (const blob of fixture.archivedBlobs(child))
        expect(await world.writer.hasBlob(fixture.path, blob.digest), where).toBe(true)
    isLast = !wasKilled && !wasRestoreKilled
  }
}, 300_000)
