import type { Loopback } from './loopback.ts'
import { createSweepFixture } from './sweep-fixture.ts'

/** So many images to be deleted by their tags first, and one that stays. */
export async function ripeTags(world: Loopback, count: number) {
  const sweep = createSweepFixture(world, undefined, undefined, undefined, { fewTags: 2 })
  sweep.policy({ maxDeletionsPerRun: 1_000 })
  sweep.trackWhole()
  for (let at = 0; at < count; at++)
    await world.push({ repository: sweep.path, tag: `v1.${at}`, seed: `${sweep.path}:${at}` })
  await sweep.release('v2')
  return { sweep, request: await sweep.ripen() }
}
