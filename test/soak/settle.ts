import { installationCredential } from '../../shared/domain/sync-credential.ts'
import { checkSettled } from './check-settled.ts'
import { checkStatuses } from './check-statuses.ts'
import { mend } from './fault-operations.ts'
import { askForRun } from './policy-operations.ts'
import type { PolicySpec } from './policy-view.ts'
import { syncNeighbours } from './tenant-operations.ts'
import { isTracked } from './tracking.ts'
import { ViolationError } from './violation.ts'
import type { World } from './world.ts'

/** Longer than every grace. */
const graceSeconds = 2 * 3600
/** After so long no rule of time keeps anything. */
const longSeconds = 60 * 86_400
const maxPasses = 12
/** A host that has stalled is left alone for no longer. */
const longestWhileSeconds = 3600

/**
 * No more faults, and after a first sweep no more news: syncs and sweeps until nothing changes. What is to be deleted must then
 * be gone, and nothing else.
 */
export async function settle(world: World, throwViolation: () => void): Promise<void> {
  const { journal, estate, books, faults } = world
  journal.operation += 1
  mend(world, { isLast: true })
  estate.clock.pass(longestWhileSeconds)
  for (const object of await estate.clusters[0].listObjects('ImageCleanupPolicy')) {
    const spec = {
      ...(object.spec as PolicySpec),
      suspend: false,
      dryRun: false,
      maxDeletionsPerRun: 100_000,
      maxDeletionPercent: 100,
    }
    estate.clusters[0].change('ImageCleanupPolicy', object.metadata.name, { spec }, object.metadata.namespace)
  }
  await growOld(world)
  const before = new Map(books.map(book => [book, new Set(book.manifests.keys())]))
  await sweepOnce(world, throwViolation)
  faults.isQuiet = true
  if (estate.registry.kind === 'ecr') {
    // The first read of an image may hide that somebody pulled it, and counts as a use.
    await growOld(world)
    await sweepOnce(world, throwViolation)
  }
  await growOld(world)
  const stable = { passes: 0, state: '' }
  for (let pass = 0; stable.passes < 2; pass++) {
    if (pass === maxPasses) throw new ViolationError({ what: `sweeps still find work after ${maxPasses} passes` })
    await sweepOnce(world, throwViolation)
    const state = JSON.stringify(books.map(book => [[...book.manifests.keys()], [...book.tags.keys()]]))
    stable.passes = state === stable.state ? stable.passes + 1 : 0
    stable.state = state
  }
  await world.pipeline.reconcile()
  await syncAll(world)
  await syncNeighbours(world)
  await world.pipeline.reconcile()
  await checkStatuses(world, { isAtRest: true })
  for (const book of books.filter(isTracked)) await checkSettled(world, book, before.get(book) ?? new Set())
}

/** Everything is heard of, and then so long ago that its age keeps nothing. */
async function growOld(world: World): Promise<void> {
  const { pipeline, estate } = world
  while (pipeline.hints.length > 0) await pipeline.syncHint(0)
  // A hint that is the first to ask how its host fares, and asks nothing, leaves the host alone for a while more.
  estate.clock.pass(longestWhileSeconds)
  await syncAll(world)
  estate.clock.pass(longSeconds)
}

async function syncAll({ pipeline, books, estate }: World): Promise<void> {
  for (const book of books.filter(isTracked)) {
    const succeeded = await pipeline.syncWhole(book)
    if (succeeded || book.tags.size === 0) continue
    const { deferred, lastOutcome } = (await estate.store.findSync(book.id, installationCredential)) ?? {}
    const why = deferred?.message ?? lastOutcome?.message
    throw new ViolationError({ what: `full sync of ${book.id} failed in quiet times: ${why}`, repository: book.id })
  }
}

/** A run of every policy, with its grace waited out in between. */
async function sweepOnce(world: World, throwViolation: () => void): Promise<void> {
  const { estate, pipeline, journal } = world
  await syncAll(world)
  for (const object of await estate.clusters[0].listObjects('ImageCleanupPolicy'))
    askForRun(world, object, `settle ${estate.clock.nowMs()} ${journal.operation}`)
  for (let minute = 0; minute < 2; minute++) {
    for (const cluster of estate.clusters) await pipeline.inventory(cluster)
    await pipeline.plan()
    await drain(world, throwViolation)
    estate.clock.pass(graceSeconds)
  }
}

/** What waits behind other messages of its repository is work as well. */
async function drain({ estate, pipeline }: World, throwViolation: () => void): Promise<void> {
  const { messages } = pipeline
  for (
    let due = messages.receivable(estate.clock.nowMs());
    due.length > 0;
    due = messages.receivable(estate.clock.nowMs())
  )
    for (const request of due) {
      const ended = await pipeline.execute(request)
      throwViolation()
      if (ended === 'done') messages.done(request)
      else messages.comeBack(request, estate.clock.nowMs() + 60_000)
    }
}
