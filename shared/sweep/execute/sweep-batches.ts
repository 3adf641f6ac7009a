import { amountText } from '../../domain/amount-text.ts'
import type { Digest } from '../../domain/digest.ts'
import { actionWords } from '../../domain/policy/action-words.ts'
import { takesAlong } from '../../domain/registry-facts.ts'
import { sharesText } from '../../domain/retention/limits.ts'
import { referrersTag } from '../../domain/retention/versions/tag-kind.ts'
import { currentUse } from '../../domain/usage-records.ts'
import type { Policy } from '../../objects/policy-object.ts'
import { mostAtOnce } from '../../sync/slice.ts'
import { holdForApproval, type WaitingPlan } from '../world/hold-for-approval.ts'
import type { RepositoryWorld } from '../world/read-world.ts'
import type { BatchDeps, Look } from './batch-deps.ts'
import { deleteBatch } from './delete-batch.ts'
import { type DeleteContext, type PrepareResult, prepareDeletion } from './delete-image.ts'
import type { Deletion } from './deletion.ts'
import { staleAtOf } from './look-pass.ts'
import { noteKept } from './note-deletion.ts'
import { planDeletions } from './plan-deletions.ts'
import { preparedInVain } from './prepared-in-vain.ts'
import { TagRecheck } from './recheck-tags.ts'
import { type Batches, CurrentLook, prepareAndLook, untagBatches } from './untag-batches.ts'
import { type Stop, WorkerPool } from './worker-pool.ts'

/**
 * A look at a registry that lists names alone costs a request for each tag, a deletion about five. With half of the
 * tags to a batch the looks cost less than the deletions however large the repository is, and the time between a look
 * and the last delete on it stays of the order of the look.
 */
const minBatch = 50
const tagsPerDeletion = 2
/** Images without a tag, for which a look costs nothing. */
const mostUntagged = 5_000

type SweepRun = Pick<DeleteContext, 'runId' | 'path'>

/**
 * Deletes what the first look planned, in batches: each is archived and noted, then everything is read again, and what
 * is still to be deleted is deleted. Answers why it ended.
 */
export async function sweepBatches(swept: SweepRun, deps: BatchDeps): Promise<Stop> {
  const looking = await continueEarlierLook(deps)
  if (looking !== undefined) return looking
  const run = { ...swept, begunAt: deps.now() }
  const look = await takeLook(true, run, deps)
  if ('message' in look) return look
  return deletePlanned(new CurrentLook(look, () => takeLook(false, run, deps)), deps)
}

async function deletePlanned(current: CurrentLook, deps: BatchDeps): Promise<Stop> {
  const planned = new Set(current.look.deletions.map(one => one.image.digest))
  const [tried, prepared, gone] = [new Set<Digest>(), new Set<Digest>(), new Set<Digest>()]
  const left = (look: Look) =>
    look.deletions.filter(({ image: { digest } }) => planned.has(digest) && !tried.has(digest))
  // A large repository's look takes several invocations, which do not archive everything again.
  const isPrepared = (deletion: Deletion, { world, context }: Look) =>
    (world.tags.length > mostAtOnce || prepared.has(deletion.image.digest)) && isPreparedBy(context.runId, deletion)
  const batches: Batches = {
    left,
    isPrepared,
    prepare: (batch, look) => prepareBatch(batch, look, { tried, prepared, isPrepared }, deps),
    stillToDelete,
    isGone: digest => gone.has(digest),
    delete: async (deletions, look) => {
      current.isFresh = false
      // The end of a deletion tells of its begin too.
      await deps.store.announceSaves(deletions.flatMap(({ tagRecords }) => tagRecords))
      return deleteBatch(deletions, look, { tried, gone }, deps)
    },
  }
  const untagging = await untagBatches(current, batches, deps)
  if (untagging) return untagging
  for (let before = -1; tried.size > before && left(current.look).length > 0; ) {
    if (tried.size > 0) await deps.reportProgress(planned.size)
    before = tried.size
    const ready = await prepareAndLook(nextBatch(left(current.look), current.look.world), current, batches)
    if ('message' in ready) return ready
    const stop = await batches.delete(stillToDelete(ready, current.look), current.look)
    if (stop) return stop
  }
  return doneOf(deps, current.look)
}

/** So many of those with tags, and whatever of the others stands between them. */
function nextBatch(left: readonly Deletion[], world: RepositoryWorld): Deletion[] {
  const batch = firstOf(left, world)
  if (!takesAlong(world.registry)) return batch
  // The registry deletes them with what stands before them, so that they are archived before that.
  const taken = new Set(batch.map(one => one.image.digest))
  for (const one of left.slice(batch.length))
    if (one.after.some(earlier => taken.has(earlier))) {
      taken.add(one.image.digest)
      batch.push(one)
    }
  return batch
}

function firstOf(left: readonly Deletion[], { tags }: RepositoryWorld): Deletion[] {
  const size = Math.max(minBatch, Math.ceil(tags.length / tagsPerDeletion))
  let tagged = 0
  const end = left.findIndex(({ tagRecords }, at) => {
    tagged += tagRecords.length > 0 ? 1 : 0
    return tagged > size || at - tagged >= Math.max(size, mostUntagged)
  })
  return left.slice(0, end === -1 ? left.length : Math.max(1, end))
}

/** The deletions as the new look has them, of those that were prepared, and with no tag that was not. */
function stillToDelete(ready: ReadonlySet<Digest>, look: Look): Deletion[] {
  const isReady = ({ image: { digest, deletion }, tags }: Deletion) =>
    ready.has(digest) && deletion?.runId === look.context.runId && tags.every(tag => deletion.tags.includes(tag))
  const wanted = look.deletions.filter(isReady)
  if (!takesAlong(look.world.registry)) return wanted
  // The registry would take along what is not archived: an index waits for its children, and what is before it with it.
  const staying = new Set<Digest>()
  for (const one of look.deletions.toReversed())
    if (!isReady(one) || staying.has(one.image.digest)) for (const earlier of one.after) staying.add(earlier)
  return wanted.filter(({ image: { digest } }) => !staying.has(digest))
}

function doneOf({ tally, layerCopies }: BatchDeps, { heldBack, policy }: Look): Stop {
  const { doneIn } = actionWords(policy.spec.action)
  const parts = [`${amountText(tally.changedImages, 'image')} ${doneIn} ${tally.repository}`]
  if (heldBack.length > 0) parts.push(`${heldBack.length} wait for an index, a subject or a child that stays for now`)
  if (tally.leftForLayers > 0) parts.push(`${tally.leftForLayers} wait until there is time to archive their layers`)
  const isWaiting = parts.length > 1
  // What was copied need not be copied again, so that the next execution gets further.
  return { message: parts.join('; '), ...(isWaiting && { isIdle: tally.isEmpty && layerCopies.copied === 0 }) }
}

async function continueEarlierLook({ askAgain, continueLook }: BatchDeps): Promise<Stop | undefined> {
  const stopped = await askAgain()
  return stopped === undefined ? continueLook() : { message: stopped }
}

async function takeLook(
  isFirst: boolean,
  run: SweepRun & { readonly begunAt: Date },
  deps: BatchDeps,
): Promise<Look | Stop> {
  const stopped = await deps.askAgain()
  if (stopped !== undefined) return { message: stopped }
  const begunAt = deps.now()
  const fresh = await deps.readAfresh(isFirst)
  if ('problem' in fresh) return { message: fresh.problem, isProblem: true }
  if ('unfinished' in fresh) return { message: fresh.unfinished }
  const { policy, world } = fresh
  deps.tally.noteLook(world)
  const { evaluation, waiting } = await holdForApproval(fresh.evaluation, [world], deps.store, deps.now())
  if (waiting && evaluation.tagsToDelete.length === 0 && evaluation.digestsToDelete.get(world.id)?.size === 0)
    return { message: `left out until a person approves: ${sharesOf(waiting, policy)}` }
  const staleAt = staleAtOf(fresh.span ?? { begunAt, endedAt: deps.now() })
  const known = new Set(world.images.map(image => image.digest))
  const tags = new Set(world.tags.map(one => one.tag))
  const plan = planDeletions(evaluation, world, deps.now())
  const recheck = new TagRecheck(world, plan.graph, { path: run.path, reader: deps.writer, now: deps.now })
  const useOf = currentUse(world.usage, world.tags)
  const context: DeleteContext = {
    runId: run.runId,
    path: run.path,
    policy,
    isUsed: digest => useOf(digest).length > 0,
    isKnown: digest => known.has(digest),
    hasReferrersTag: digest => tags.has(referrersTag(digest)),
    reasonToKeep: digest => recheck.reasonToKeep(digest),
  }
  const inVain =
    isFirst || waiting ? [] : preparedInVain(plan, world, evaluation, { runId: run.runId, since: run.begunAt })
  for (const { image, reason } of [...plan.retagged, ...inVain]) await noteKept(image, reason, context, deps)
  return { ...plan, world, policy, context, staleAt }
}

/** Without the hash: that of the whole policy's plan is what a person approves. */
const sharesOf = ({ repositories }: WaitingPlan, { spec }: Policy): string =>
  sharesText(repositories, spec.maxDeletionPercent)

/** An invocation before archived and noted it. */
const isPreparedBy = (runId: string, { image: { deletion }, tags }: Deletion): boolean =>
  deletion?.runId === runId && tags.every(tag => deletion.tags.includes(tag))

interface Progress extends Pick<Batches, 'isPrepared'> {
  readonly tried: Set<Digest>
  readonly prepared: Set<Digest>
}

/** The digests of a batch that are archived and noted now. */
async function prepareBatch(
  batch: readonly Deletion[],
  look: Look,
  { tried, prepared, isPrepared }: Progress,
  deps: BatchDeps,
): Promise<ReadonlySet<Digest> | Stop> {
  const ready = new Set<Digest>()
  const images = batch.flatMap(one => (isPrepared(one, look) ? [] : one.image))
  await deps.store.announceSaves(images, 'deletion-started')
  const stop = await new WorkerPool(deps.stopReason).run(batch, async (deletion): Promise<PrepareResult> => {
    const { digest } = deletion.image
    const result: PrepareResult = isPrepared(deletion, look)
      ? { outcome: 'prepared', lacking: 0 }
      : await prepareDeletion(deletion, look.context, deps)
    if (result.outcome === 'prepared') {
      ready.add(digest)
      prepared.add(digest)
      deps.tally.noteLacking(digest, result.lacking)
    } else tried.add(digest)
    if (result.outcome === 'left') deps.tally.leftForLayers += 1
    if (result.outcome === 'failed') deps.tally.add(look.policy, deletion, result)
    return result
  })
  return stop ?? ready
}
