import { amountText } from '../../domain/amount-text.ts'
import type { Digest } from '../../domain/digest.ts'
import { sharesText } from '../../domain/retention/limits.ts'
import { referrersTag } from '../../domain/retention/versions/tag-kind.ts'
import { currentUse } from '../../domain/usage-records.ts'
import type { Policy } from '../../objects/policy-object.ts'
import { mostAtOnce } from '../../sync/slice.ts'
import { fuseEvaluation, type WaitingPlan } from '../world/fuse.ts'
import type { RepositoryWorld } from '../world/read-world.ts'
import type { BatchDeps, Look } from './batch-deps.ts'
import { deleteBatch } from './delete-batch.ts'
import { type DeleteContext, type PrepareResult, prepareDeletion } from './delete-image.ts'
import type { Deletion } from './deletion.ts'
import { staleAtOf } from './look-pass.ts'
import { noteKept } from './note-deletion.ts'
import { type DeletionPlan, planDeletions } from './plan-deletions.ts'
import { TagRecheck } from './recheck-tags.ts'
import type { SweepTally } from './sweep-tally.ts'
import { type Stop, WorkerPool } from './worker-pool.ts'

/**
 * A look at a registry that lists names alone costs a request for each tag, a deletion about five. With half of the
 * tags to a batch the looks cost less than the deletions however large the repository is, and the time between a look
 * and the last delete on it stays of the order of the look.
 */
const minBatch = 50
const tagsPerDeletion = 2

/**
 * Deletes what the first look planned, in batches: each is archived and noted, then everything is read again, and what
 * is still to be deleted goes. Answers why it ended.
 */
export async function sweepBatches(run: Pick<DeleteContext, 'runId' | 'path'>, deps: BatchDeps): Promise<Stop> {
  const looking = await goOn(deps)
  if (looking !== undefined) return looking
  let look = await takeLook(true, run, deps)
  if ('message' in look) return look
  const planned = new Set(look.deletions.map(one => one.image.digest))
  const tried = new Set<Digest>()
  for (let before = -1; tried.size > before && leftOf(look, planned, tried).length > 0; ) {
    if (tried.size > 0) await deps.reportProgress(planned.size)
    before = tried.size
    const ready = await prepareBatch(planned, look, tried, deps)
    if ('message' in ready) return ready
    // Two looks at a large repository would not fit into memory.
    look = { message: 'to be looked at anew' }
    look = await takeLook(false, run, deps)
    if ('message' in look) return look
    const stop = await deleteBatch(stillToDelete(ready, look), look, tried, deps)
    if (stop) return stop
  }
  return doneOf(deps.tally, look)
}

const leftOf = ({ deletions }: Look, planned: ReadonlySet<Digest>, tried: ReadonlySet<Digest>): Deletion[] =>
  deletions.filter(({ image: { digest } }) => planned.has(digest) && !tried.has(digest))

const batchSizeOf = (world: RepositoryWorld): number =>
  Math.max(minBatch, Math.ceil(world.tags.length / tagsPerDeletion))

/** The deletions as the new look has them, of those that were prepared, and with no tag that was not. */
const stillToDelete = (ready: ReadonlySet<Digest>, look: Look): Deletion[] =>
  look.deletions.filter(
    ({ image: { digest, deletion }, tags }) =>
      ready.has(digest) && deletion?.runId === look.context.runId && tags.every(tag => deletion.tags.includes(tag)),
  )

const doneOf = (tally: SweepTally, { heldBack }: DeletionPlan): Stop => {
  const message = `${amountText(tally.changedImages, 'image')} deleted from ${tally.repository}`
  if (heldBack.length === 0) return { message }
  const waiting = `${message}; ${heldBack.length} wait for an index or a subject that stays for now`
  return { message: waiting, isIdle: tally.isEmpty }
}

async function goOn({ askAgain, goOnLooking }: BatchDeps): Promise<Stop | undefined> {
  const stopped = await askAgain()
  return stopped === undefined ? goOnLooking() : { message: stopped }
}

async function takeLook(
  isFirst: boolean,
  run: Pick<DeleteContext, 'runId' | 'path'>,
  deps: BatchDeps,
): Promise<Look | Stop> {
  const stopped = await deps.askAgain()
  if (stopped !== undefined) return { message: stopped }
  const begunAt = deps.now()
  const fresh = await deps.readAfresh(isFirst)
  if ('problem' in fresh) return { message: fresh.problem, isProblem: true }
  if ('unfinished' in fresh) return { message: fresh.unfinished }
  const { policy, world } = fresh
  deps.tally.see(world)
  const { evaluation, waiting } = await fuseEvaluation(fresh.evaluation, [world], deps.store, deps.now())
  if (waiting && evaluation.tagsToDelete.length === 0 && evaluation.digestsToDelete.get(world.id)?.size === 0)
    return { message: `left out until a person approves: ${sharesOf(waiting, policy)}` }
  const staleAt = staleAtOf(fresh.span ?? { begunAt, endedAt: deps.now() })
  const known = new Set(world.images.map(image => image.digest))
  const tags = new Set(world.tags.map(one => one.tag))
  const plan = planDeletions(evaluation, world, deps.now())
  const recheck = new TagRecheck(world, plan.graph, { path: run.path, reader: deps.writer, now: deps.now })
  const useOf = currentUse(world.usage, world.tags)
  const context: DeleteContext = {
    ...run,
    policy,
    isUsed: digest => useOf(digest).length > 0,
    isKnown: digest => known.has(digest),
    hasReferrersTag: digest => tags.has(referrersTag(digest)),
    reasonToKeep: digest => recheck.reasonToKeep(digest),
  }
  for (const { image, reason } of plan.retagged) await noteKept(image, reason, context, deps)
  return { ...plan, world, policy, context, staleAt }
}

/** Without the hash: that of the whole policy's plan is what a person approves. */
const sharesOf = ({ repositories }: WaitingPlan, { spec }: Policy): string =>
  sharesText(repositories, spec.maxDeletionPercent)

/** An invocation before archived and noted it. */
const isPreparedBy = (runId: string, { image: { deletion }, tags }: Deletion): boolean =>
  deletion?.runId === runId && tags.every(tag => deletion.tags.includes(tag))

/** The digests of a batch of those that are left, which are archived and noted now. */
async function prepareBatch(
  planned: ReadonlySet<Digest>,
  look: Look,
  tried: Set<Digest>,
  deps: BatchDeps,
): Promise<ReadonlySet<Digest> | Stop> {
  const ready = new Set<Digest>()
  const batch = leftOf(look, planned, tried).slice(0, batchSizeOf(look.world))
  // Its look takes several invocations, which do not archive everything again.
  const isLarge = look.world.tags.length > mostAtOnce
  const stop = await new WorkerPool(deps.stopReason).run(batch, async (deletion): Promise<PrepareResult> => {
    const isPrepared = isLarge && isPreparedBy(look.context.runId, deletion)
    const result: PrepareResult = isPrepared
      ? { outcome: 'prepared' }
      : await prepareDeletion(deletion, look.context, deps)
    if (result.outcome === 'prepared') ready.add(deletion.image.digest)
    else tried.add(deletion.image.digest)
    if (result.outcome === 'failed') deps.tally.add(look.policy, deletion, result)
    return result
  })
  return stop ?? ready
}
