import type { Loopback } from '../support/loopback.ts'
import { createSweepFixture, type SweepFixture } from '../support/sweep-fixture.ts'

/** v1 runs, v2 nothing keeps, v3 is the newest. */
export async function threeVersions(world: Loopback, spec: object = {}): Promise<SweepFixture> {
  const sweep = createSweepFixture(world)
  sweep.policy(spec)
  sweep.trackWhole()
  sweep.cluster.run('myapp', `${sweep.repository}:v1`)
  for (const tag of ['v1', 'v2', 'v3']) await sweep.release(tag)
  await sweep.inventories()
  return sweep
}
