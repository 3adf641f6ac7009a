import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Loopback, signatureTag, startLoopback } from '../../support/loopback.ts'
import { createSweepFixture } from '../../support/sweep-fixture.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterAll(() => world.close())

it('I5 a subject waits for a signature whose own grace is not over, and both go in the end', async () => {
  const sweep = createSweepFixture(world)
  sweep.policy()
  sweep.trackWhole()
  const old = await sweep.release('v1')
  await sweep.release('v2')
  const request = await sweep.ripen()
  const signature = await world.push({ repository: sweep.path, tag: signatureTag(old.digest), seed: 'late' })
  await sweep.sync()

  await sweep.execute(request)
  const held = [await sweep.holds(old.digest), await sweep.holds(signature.digest)]
  for (let hour = 0; hour < 3; hour++) {
    sweep.pass(3600)
    await sweep.sync()
    sweep.rerun(String(hour))
    await sweep.sweep(4)
  }

  expect(held[0]).toBe(held[1])
  expect([await sweep.holds(old.digest), await sweep.holds(signature.digest)]).toEqual([false, false])
})
