import type { Digest } from '../../domain/digest.ts'
import { slices } from '../../domain/slices.ts'
import { generationsOf } from '../world/deletion-graph.ts'
import type { BatchDeps, Look } from './batch-deps.ts'
import { type DeleteResult, deleteImage, keepIfReferredTo } from './delete-image.ts'
import type { Deletion } from './deletion.ts'
import { noteKept } from './note-deletion.ts'
import { type Stop, WorkerPool } from './worker-pool.ts'

/** Images that share the look at the tags before they go: what the pool works on at once. */
const inGroup = 64

/**
 * Deletes generation after generation, the images of one side by side. An image that stays keeps whatever comes after
 * it. Answers why it stopped, undefined when it did not; a look that grew too old leaves the rest to the next one.
 */
export async function deleteBatch(
  batch: readonly Deletion[],
  look: Look,
  tried: Set<Digest>,
  deps: BatchDeps,
): Promise<Stop | undefined> {
  const ended = new Map<Digest, DeleteResult['outcome']>()
  const begun = new Set<Deletion>()
  const together = new WorkerPool(deps.stopReason)
  const endWith = (deletion: Deletion, result: DeleteResult): DeleteResult => {
    ended.set(deletion.image.digest, result.outcome)
    deps.tally.add(look.policy, deletion, result)
    return result
  }
  const isTooOld = () => deps.now().getTime() > look.staleAt
  /** Whatever asks the registry about one image alone, so that the look which all share comes after it. */
  const begin = async (deletion: Deletion): Promise<DeleteResult | undefined> => {
    if (isTooOld()) return undefined
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
  const keep = async (deletion: Deletion, staying: Digest): Promise<DeleteResult> => {
    const message = `kept: ${staying}, which must be deleted first, stays`
    await noteKept(deletion.image, message, look.context, deps)
    return { outcome: 'kept', message }
  }
  for (const group of generationsOf(batch).flatMap(generation => slices(generation, inGroup))) {
    const stop = (await together.run(group, begin)) ?? (await together.run(group, finish))
    if (stop) return stop
  }
  return undefined
}

/** True where an image no longer stands in the way of what comes after it. */
const isLeft = (outcome: DeleteResult['outcome'] | undefined): boolean =>
  outcome === 'deleted' || outcome === 'archived'
