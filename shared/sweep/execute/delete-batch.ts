import type { Digest } from '../../domain/digest.ts'
import { takesReferrers } from '../../domain/registry-facts.ts'
import { slices } from '../../domain/slices.ts'
import { generationsOf } from '../world/deletion-graph.ts'
import type { BatchDeps, Look } from './batch-deps.ts'
import { Countdown } from './countdown.ts'
import { type DeleteResult, deleteImage, keepIfReferredTo } from './delete-image.ts'
import type { Deletion } from './deletion.ts'
import { noteKept } from './note-deletion.ts'
import { WorkBeside } from './work-beside.ts'
import { type Stop, WorkerPool } from './worker-pool.ts'

/**
 * Images that share the look at the tags before they go: what the pool works on at once. Where a hundred tags stay, each look asks
 * for every one, which is then less than a request for each image; and the last of them goes within about a second of the look.
 */
const inGroup = 256

/**
 * When so few of a group are left, the look of the next begins: their calls are under way by then, and the registry would
 * wait for the look else.
 */
const stillOnTheirWay = 32

/** What was tried since the sweep began, and what of it the registry has no more. */
export interface DeleteProgress {
  readonly tried: Set<Digest>
  readonly gone: Set<Digest>
}

/**
 * Deletes generation after generation, the images of one side by side. An image that stays keeps whatever comes after
 * it. Answers why it stopped, undefined when it did not; a look that grew too old leaves the rest to the next one.
 */
export async function deleteBatch(
  batch: readonly Deletion[],
  look: Look,
  { tried, gone }: DeleteProgress,
  deps: BatchDeps,
): Promise<Stop | undefined> {
  const ended = new Map<Digest, DeleteResult['outcome']>()
  const begun = new Set<Deletion>()
  const together = new WorkerPool(deps.stopReason, inGroup)
  const endWith = (deletion: Deletion, result: DeleteResult): DeleteResult => {
    ended.set(deletion.image.digest, result.outcome)
    if (result.outcome === 'deleted' && result.isGone) gone.add(deletion.image.digest)
    deps.tally.add(look.policy, deletion, result)
    return result
  }
  const isTooOld = () => deps.now().getTime() > look.staleAt
  /** Whatever asks the registry about one image alone, so that the look which all share comes after it. */
  const begin = async (deletion: Deletion): Promise<DeleteResult | undefined> => {
    if (isTooOld() || ended.has(deletion.image.digest)) return undefined
    const staying = deletion.after.find(earlier => !isLeft(ended.get(earlier)))
    // Not even begun: the next look may try it.
    if (staying !== undefined && !ended.has(staying)) return undefined
    tried.add(deletion.image.digest)
    const kept =
      staying === undefined ? await keepIfReferredTo(deletion, look.context, deps) : await keep(deletion, staying)
    if (kept) return endWith(deletion, kept)
    begun.add(deletion)
    return undefined
  }
  const finish = async (deletion: Deletion): Promise<DeleteResult | undefined> => {
    if (!begun.has(deletion)) return undefined
    if (isTooOld()) {
      tried.delete(deletion.image.digest)
      return undefined
    }
    return endWith(deletion, await deleteImage(deletion, look.context, deps))
  }
  const keep = async (deletion: Deletion, staying: Digest, why = 'must be deleted first'): Promise<DeleteResult> => {
    const message = `kept: ${staying}, which ${why}, stays`
    await noteKept(deletion.image, message, look.context, deps)
    return { outcome: 'kept', message }
  }
  const byDigest = new Map(batch.map(one => [one.image.digest, one]))
  /** Where the registry takes along what comes after an image, all of it is asked about right before that image goes. */
  const holdWhatTakesAlong = async (group: readonly Deletion[]): Promise<Stop | undefined> => {
    const along = takenAlongBy(
      group,
      batch.filter(one => !ended.has(one.image.digest)),
    )
    const stop = await together.run(along, async deletion => {
      const kept = await keepIfReferredTo(deletion, look.context, deps)
      if (!kept) return undefined
      tried.add(deletion.image.digest)
      return endWith(deletion, kept)
    })
    for (const { image, after } of stop ? [] : along.toReversed())
      for (const earlier of ended.has(image.digest) ? after.flatMap(one => byDigest.get(one) ?? []) : []) {
        if (ended.has(earlier.image.digest)) continue
        tried.add(earlier.image.digest)
        endWith(earlier, await keep(earlier, image.digest, 'would go along with it'))
      }
    return stop
  }
  const isTakenAlong = takesReferrers(look.world.registry)
  const finishing = new WorkBeside()
  const startGroup = async (group: readonly Deletion[]): Promise<Stop | undefined> => {
    const held = isTakenAlong ? ((await finishing.end()) ?? (await holdWhatTakesAlong(group))) : undefined
    const stop = held ?? (await together.run(group, begin))
    if (stop) return stop
    const onTheirWay = new Countdown(group.length - stillOnTheirWay)
    const run = () => together.run(group, one => finish(one).finally(() => onTheirWay.count()))
    return (await finishing.start(run)) ?? (await Promise.race([onTheirWay.ended, finishing.end()]))
  }
  try {
    for (const generation of generationsOf(batch)) {
      for (const group of slices(generation, inGroup)) {
        const stop = await startGroup(group)
        if (stop) return (await finishing.end()) ?? stop
      }
      const stop = await finishing.end()
      if (stop) return stop
    }
    return undefined
  } finally {
    await finishing.settled()
  }
}

/** What comes after any of the group, and after that. A batch has whatever comes after an image behind it. */
function takenAlongBy(group: readonly Deletion[], batch: readonly Deletion[]): Deletion[] {
  const taken = new Set(group.map(one => one.image.digest))
  return batch.filter(({ image: { digest }, after }) => {
    if (taken.has(digest) || !after.some(earlier => taken.has(earlier))) return false
    taken.add(digest)
    return true
  })
}

/** True where an image no longer stands in the way of what comes after it. */
const isLeft = (outcome: DeleteResult['outcome'] | undefined): boolean =>
  outcome === 'deleted' || outcome === 'archived'
