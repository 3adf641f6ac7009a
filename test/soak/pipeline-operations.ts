import type { SweepRequest } from '../../shared/ports/messaging.ts'
import { checkStatuses } from './check-statuses.ts'
import { isStalling } from './model.ts'
import { askForRun } from './policy-operations.ts'
import { anyKill } from './process-life.ts'
import { askForSync, isTracked } from './tracking.ts'
import { isBeforeGrants } from './versions.ts'
import { ViolationError } from './violation.ts'
import type { World } from './world.ts'

const visibilityMs = 120_000

/** A hint of the sync queue, any of them: webhooks come in no order. */
export async function deliverHint(world: World): Promise<boolean> {
  const { dice, pipeline } = world
  if (pipeline.hints.length === 0) return false
  pipeline.killAfter = anyKill(world, 2)
  await pipeline.syncHint(dice.below(pipeline.hints.length))
  return true
}

export async function syncSomething(world: World): Promise<boolean> {
  const { dice, pipeline, books } = world
  const failed = [...pipeline.unsynced]
  const book = dice.pick(failed.length > 0 && dice.chance(70) ? failed : books.filter(isTracked))
  if (!book) return false
  pipeline.killAfter = anyKill(world, 5)
  await pipeline.syncWhole(book)
  return true
}

/** Whoever waits for the host that stalls, and whoever does not, is synced by the same workers. */
export async function syncStalling(world: World): Promise<boolean> {
  const { dice, pipeline, books, figures } = world
  const book = dice.pick(books.filter(isStalling))
  const other = dice.pick(books.filter(one => isTracked(one) && !isStalling(one)))
  if (!book || !other) return false
  const stalledBefore = figures['stalled syncs']
  await pipeline.syncWhole(book)
  const before = figures['deferred syncs']
  const { registry, odd, shortLists } = world.faults
  const isWell = registry === 'up' && !odd.get(other.path)?.length && !shortLists.has(other.path)
  const succeeded = await pipeline.syncWhole(other)
  const isDeferred = figures['deferred syncs'] > before
  if (isWell && !isDeferred && !succeeded && other.tags.size > 0 && !isBeforeGrants(world))
    throw new ViolationError({ what: `sync of ${other.id} failed, and its host is well`, repository: other.id })
  // Somebody asks again at once.
  if (figures['stalled syncs'] > stalledBefore) await pipeline.syncWhole(book)
  return true
}

/** A tick of the schedule, and what the objects show then. */
export async function reconcile(world: World): Promise<boolean> {
  if (world.versions.running === 'yesterday') return false
  await askForSync(world)
  world.pipeline.killAfter = anyKill(world, 10)
  if ((await world.pipeline.reconcile()) === 'done') await checkStatuses(world)
  return true
}

/** What the schedules do in one minute: inventories, a look at all policies, and the sweeps that are due. */
export async function sweep(world: World): Promise<boolean> {
  const { dice, pipeline, estate, journal } = world
  if (dice.chance(60)) {
    const policy = dice.pick(await estate.clusters[0].listObjects('ImageCleanupPolicy'))
    if (policy) askForRun(world, policy, String(journal.operation))
  }
  await takeInventories(world)
  pipeline.killAfter = anyKill(world, 15)
  await pipeline.plan()
  await deliverSweeps(world)
  return true
}

/** A cluster that is not reached throws, and is noted as such. */
export async function takeInventories(world: World): Promise<void> {
  for (const cluster of world.estate.clusters) {
    world.pipeline.killAfter = anyKill(world, 3)
    await world.pipeline.inventory(cluster)
  }
}

export async function deliverSweeps(world: World): Promise<boolean> {
  const { dice, pipeline, estate } = world
  const requests = pipeline.messages.receivable(estate.clock.nowMs())
  for (const request of requests) if (dice.chance(85)) await deliverSweep(world, request)
  return requests.length > 0
}

async function deliverSweep(world: World, request: SweepRequest): Promise<void> {
  const { dice, pipeline, estate, faults } = world
  pipeline.killAfter = anyKill(world, 25)
  if (faults.registry === 'up' && dice.chance(5)) faults.registryFailsAfter = dice.below(300)
  const ended = await pipeline.execute(request)
  faults.registryFailsAfter = Number.POSITIVE_INFINITY
  if (ended === 'done') pipeline.messages.done(request)
  else pipeline.messages.comeBack(request, estate.clock.nowMs() + visibilityMs)
}

/** Twice, or weeks later: a request is no proof of anything. */
export async function deliverStaleSweep(world: World): Promise<boolean> {
  const { dice, pipeline, figures, estate } = world
  const request = dice.pick(pipeline.messages.handled)
  if (!request) return false
  // Never two at once of one repository: that is what the queue's groups are for.
  const busy = pipeline.messages.isBusy(request.repository, estate.clock.nowMs())
  if (busy) return false
  figures['stale requests'] += 1
  await pipeline.execute(request)
  return true
}
