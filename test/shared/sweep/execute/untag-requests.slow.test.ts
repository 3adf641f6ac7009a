import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Loopback, startLoopback } from '../../../support/loopback.ts'
import { ripeTags } from '../../../support/ripe-tags.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterAll(() => world.close())

/** How many requests the registry gets for a sweep of so many images. */
async function requestsFor(count: number): Promise<number> {
  const { sweep, request } = await ripeTags(world, count)
  world.requests.length = 0
  expect(await sweep.execute(request)).toMatchObject({ deleted: count, failed: 0 })
  // Where there is the referrers API it is asked before the tags go, and before the digest does.
  return world.requests.filter(({ path }) => !path.includes('/referrers/')).length
}

it('a sweep of a repository of many tags sends at most six requests for each image more', async () => {
  const [few, many] = [await requestsFor(160), await requestsFor(220)]

  expect((many - few) / 60).toBeLessThanOrEqual(6)
})
