import { randomUUID } from 'node:crypto'
import { expect } from 'vitest'
import type { PushedImage } from '../../../cli/embedded/registry/push-image.ts'
import type { SweepRequest } from '../../../shared/ports/messaging.ts'
import type { Loopback } from '../../support/loopback.ts'
import { createMemoryCluster, type MemoryCluster } from '../../support/memory-cluster.ts'
import { createSweepFixture, type SweepFixture } from '../../support/sweep-fixture.ts'

export interface AboutToDelete {
  readonly sweep: SweepFixture
  readonly old: PushedImage
  readonly kept: PushedImage
  readonly request: SweepRequest
}

/** A cluster that no other test of the same store knows: the clock starts anew with each. */
export const newCluster = (): MemoryCluster => createMemoryCluster(`eu-${randomUUID()}`)

/** v1 is to be deleted and marked, its grace is over, and the request to delete it is on its way; v2 stays. */
export async function aboutToDelete(
  world: Loopback,
  clusters = [newCluster()],
  spec: object = {},
): Promise<AboutToDelete> {
  const sweep = createSweepFixture(world, clusters)
  sweep.policy(spec)
  sweep.trackWhole()
  const old = await sweep.release('v1')
  const kept = await sweep.release('v2')
  for (let round = 0; round < 2; round++) {
    sweep.pass(120)
    await sweep.inventories()
    const [request] = await sweep.plan()
    if (request) return { sweep, old, kept, request }
  }
  throw new Error('expected a request after the grace')
}

/** Both images are there, and the store takes neither of them for gone. */
export async function expectNothingGone(world: Loopback, { sweep, old, kept }: AboutToDelete): Promise<void> {
  expect(await sweep.tag('v1')).toBe(old.digest)
  expect(await sweep.tag('v2')).toBe(kept.digest)
  const tags = await world.store.listTags(sweep.repository)
  expect(tags.filter(tag => tag.goneAt !== undefined)).toEqual([])
  for (const { digest } of [old, kept]) expect(await sweep.image(digest)).not.toHaveProperty('goneAt')
}

/** What shows that it was the fault which kept v1, and nothing else: without it v1 goes, at the latest with the next run. */
export async function expectDeletedAtLast({ sweep, old, kept }: AboutToDelete): Promise<void> {
  sweep.rerun('next')
  for (let round = 0; round < 8 && (await sweep.holds(old.digest)); round++) {
    sweep.pass(600)
    await sweep.sweep(1)
  }
  expect(await sweep.tag('v1')).toBeUndefined()
  expect(await sweep.holds(old.digest)).toBe(false)
  expect(await sweep.tag('v2')).toBe(kept.digest)
}
