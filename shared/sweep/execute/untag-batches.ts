import type { Digest } from '../../domain/digest.ts'
import type { BatchDeps, Look } from './batch-deps.ts'
import type { Deletion } from './deletion.ts'
import { untagImages } from './untag-images.ts'
import type { Stop } from './worker-pool.ts'

/**
 * A registry that looks through all tags for each digest does so in milliseconds where they are few; and there a whole
 * image is deleted by one call, which cannot hit a tag that is moved in that moment.
 */
const fewTagsByDefault = 200
/** As many requests as their look costs. What grows too old meanwhile is left to the next look. */
const mostInBatch = 10_000

/** The current look: released before the next is taken, since two at a large repository would not fit into memory. */
export class CurrentLook {
  /** False for the first, which finds what to prepare, and for one on which something was deleted. */
  isFresh = false
  #look: Look | undefined
  readonly #take: () => Promise<Look | Stop>

  constructor(first: Look, take: () => Promise<Look | Stop>) {
    this.#look = first
    this.#take = take
  }

  get look(): Look {
    if (!this.#look) throw new Error('expected a look that was taken, got one that ended the sweep')
    return this.#look
  }

  /** Takes the next look; answers why there is none. */
  async renew(): Promise<Stop | undefined> {
    this.#look = undefined
    this.isFresh = false
    const next = await this.#take()
    if ('message' in next) return next
    this.#look = next
    this.isFresh = true
    return undefined
  }
}

/** The steps of a batch; whatever answers a stop has ended the sweep. */
export interface Batches {
  readonly left: (look: Look) => readonly Deletion[]
  readonly prepare: (batch: readonly Deletion[], look: Look) => Promise<ReadonlySet<Digest> | Stop>
  /** True for one that was archived and noted before this look. */
  readonly isPrepared: (deletion: Deletion, look: Look) => boolean
  readonly stillToDelete: (ready: ReadonlySet<Digest>, look: Look) => Deletion[]
  readonly delete: (deletions: readonly Deletion[], look: Look) => Promise<Stop | undefined>
  /** True once it was deleted. */
  readonly isGone: (digest: Digest) => boolean
}

/**
 * Takes the tags off the images to delete first, where the registry then deletes their digests faster: only off images
 * that need nothing else deleted before them, so that what refers to an image keeps its tag as long as that image is
 * there. Where many keep theirs for that, what they refer to is deleted next, by its digest, and then their tags, on the same
 * look, as in any batch. Each is archived and noted before, and everything read again, as before any delete.
 */
export async function untagBatches(current: CurrentLook, batches: Batches, deps: BatchDeps): Promise<Stop | undefined> {
  const offered = new Set<Digest>()
  const awaited = new Set<Digest>()
  for (let isProven = false; ; isProven = true) {
    const left = batches.left(current.look)
    const free = left.filter(one => isForUntagging(one) && !offered.has(one.image.digest))
    const { waiting, before } = waitingIn(left, awaited)
    const isUntagging = isUntaggedFirst(current.look, free.length, deps)
    if (!isUntagging && !(isProven && isUntaggedFirst(current.look, waiting, deps))) return undefined
    const batch = isUntagging ? take(free, offered) : take(before, awaited)
    // All that is to go is prepared at once where it can be, so that what follows needs no look but those between the steps.
    const ready = await prepareAndLook(left.length > mostInBatch ? batch : left, current, batches)
    if ('message' in ready) return ready
    const still = batches.stillToDelete(ready, current.look)
    const deletions = stillIn(batch, still)
    const ended = isUntagging
      ? await untagProven(deletions.filter(isForUntagging), isProven, current.look, batches, deps)
      : await untagAfter(deletions, { still, offered }, current.look, batches, deps)
    if (ended !== undefined) return ended === 'over' ? undefined : ended
    const problem = await current.renew()
    if (problem) return problem
  }
}

function take(deletions: readonly Deletion[], taken: Set<Digest>): readonly Deletion[] {
  const batch = deletions.slice(0, mostInBatch)
  for (const { image } of batch) taken.add(image.digest)
  return batch
}

/** The digests that are archived and noted; the look of now was taken since, and nothing was deleted on it. */
export async function prepareAndLook(
  batch: readonly Deletion[],
  current: CurrentLook,
  batches: Batches,
): Promise<ReadonlySet<Digest> | Stop> {
  const isEnough = current.isFresh && batch.every(one => batches.isPrepared(one, current.look))
  const ready = await batches.prepare(batch, current.look)
  if ('message' in ready || isEnough) return ready
  return (await current.renew()) ?? ready
}

const stillIn = (batch: readonly Deletion[], deletions: readonly Deletion[]): Deletion[] => {
  const wanted = new Set(batch.map(one => one.image.digest))
  return deletions.filter(one => wanted.has(one.image.digest))
}

/**
 * How many keep their tags for others that are to go and have none themselves, and those others, whatever stands before
 * them included. `left` is in a safe order; what was `awaited` once and is still there is not waited for again.
 */
function waitingIn(left: readonly Deletion[], awaited: ReadonlySet<Digest>) {
  const bare = new Set<Digest>()
  for (const { image, wholeImage, tagRecords, after } of left)
    if (wholeImage && tagRecords.length === 0 && !awaited.has(image.digest) && after.every(one => bare.has(one)))
      bare.add(image.digest)
  const waiting = left
    .filter(isTaggedWhole)
    .filter(({ after }) => after.length > 0 && after.every(one => bare.has(one)))
  const needed = new Set(waiting.flatMap(({ after }) => after))
  for (const { image, after } of left.toReversed())
    if (needed.has(image.digest)) for (const one of after) needed.add(one)
  return { waiting: waiting.length, before: left.filter(({ image }) => needed.has(image.digest)) }
}

/** `over` where this registry deletes no digest, so that all keep their tags too, or takes off no tag. */
async function untagProven(
  deletions: Deletion[],
  isProven: boolean,
  look: Look,
  batches: Batches,
  deps: BatchDeps,
): Promise<Stop | 'over' | undefined> {
  if (!isProven) {
    const before = deps.tally.changedImages
    const stop = await batches.delete(deletions.splice(0, 1), look)
    if (stop) return stop
    if (deps.tally.changedImages === before) return 'over'
  }
  return untagOrOver(deletions, look, deps)
}

/** Deletes what others keep their tags for, and then takes these off where that is gone. */
async function untagAfter(
  deletions: readonly Deletion[],
  { still, offered }: { readonly still: readonly Deletion[]; readonly offered: Set<Digest> },
  look: Look,
  batches: Batches,
  deps: BatchDeps,
): Promise<Stop | 'over' | undefined> {
  const stop = await batches.delete(deletions, look)
  if (stop) return stop
  const freed = still.filter(
    one => isTaggedWhole(one) && !offered.has(one.image.digest) && one.after.every(batches.isGone),
  )
  return isUntaggedFirst(look, freed.length, deps) ? untagOrOver(take(freed, offered), look, deps) : undefined
}

async function untagOrOver(
  deletions: readonly Deletion[],
  look: Look,
  deps: BatchDeps,
): Promise<Stop | 'over' | undefined> {
  const untagged = await untagImages(deletions, look, deps)
  if ('message' in untagged) return untagged
  return untagged.isRefused ? 'over' : undefined
}

const isTaggedWhole = ({ wholeImage, tagRecords }: Deletion): boolean => wholeImage && tagRecords.length > 0

const isForUntagging = (one: Deletion): boolean => isTaggedWhole(one) && one.after.length === 0

const isUntaggedFirst = (
  { world, policy }: Look,
  deletions: number,
  { writer, fewTags = fewTagsByDefault }: BatchDeps,
): boolean =>
  policy.spec.targets.includes('RegistryArtifact') &&
  policy.spec.action === 'Delete' &&
  writer.untag !== undefined &&
  world.tags.length > fewTags &&
  deletions * 2 > fewTags
