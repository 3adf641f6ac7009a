import pMap from 'p-map'
import type { Digest } from '../../domain/digest.ts'
import { isRegistryOutcome } from '../../domain/sync-reason.ts'
import type { BatchDeps, Look } from './batch-deps.ts'
import { noteUntagged, untagImage } from './delete-image.ts'
import type { Deletion } from './deletion.ts'
import { type Stop, stopAfter, WorkerPool } from './worker-pool.ts'

/**
 * A registry that looks through all tags for each digest does so in milliseconds where they are few; and there a whole
 * image is deleted by one call, which cannot hit a tag that is moved in that moment.
 */
const fewTagsByDefault = 200
/** As many requests as their look costs. What grows too old meanwhile is left to the next look. */
const mostInBatch = 10_000
const concurrency = 32

/** The current look: released before the next is taken, since two at a large repository would not fit into memory. */
export class CurrentLook {
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
    const next = await this.#take()
    if ('message' in next) return next
    this.#look = next
    return undefined
  }
}

/** The steps of a batch; whatever answers a stop has ended the sweep. */
export interface Batches {
  readonly left: (look: Look) => readonly Deletion[]
  readonly prepare: (batch: readonly Deletion[], look: Look) => Promise<ReadonlySet<Digest> | Stop>
  readonly stillToDelete: (ready: ReadonlySet<Digest>, look: Look) => Deletion[]
  readonly delete: (deletions: readonly Deletion[], look: Look) => Promise<Stop | undefined>
}

/**
 * Takes the tags off the images to delete first, where the registry then deletes their digests faster: only off images
 * that need nothing else deleted before them, so that what refers to an image keeps its tag as long as that image is
 * there. Each is archived and noted before, and everything read again, as before any delete.
 */
export async function untagBatches(current: CurrentLook, batches: Batches, deps: BatchDeps): Promise<Stop | undefined> {
  const offered = new Set<Digest>()
  for (let isProven = false; ; isProven = true) {
    const left = batches.left(current.look).filter(one => isForUntagging(one) && !offered.has(one.image.digest))
    if (!isUntaggedFirst(current.look, left.length, deps)) return undefined
    const batch = left.slice(0, mostInBatch)
    for (const { image } of batch) offered.add(image.digest)
    const ready = await batches.prepare(batch, current.look)
    if ('message' in ready) return ready
    const stopped = await current.renew()
    if (stopped) return stopped
    const deletions = batches.stillToDelete(ready, current.look).filter(isForUntagging)
    const ended = await untagProven(deletions, isProven, current.look, batches, deps)
    if (ended !== undefined) return ended === 'over' ? undefined : ended
    const problem = await current.renew()
    if (problem) return problem
  }
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
  const untagged = await untagImages(deletions, look, deps)
  if ('message' in untagged) return untagged
  return untagged.isRefused ? 'over' : undefined
}

const isForUntagging = ({ wholeImage, tagRecords, after }: Deletion): boolean =>
  wholeImage && tagRecords.length > 0 && after.length === 0

const isUntaggedFirst = (
  { world, policy }: Look,
  deletions: number,
  { writer, fewTags = fewTagsByDefault }: BatchDeps,
): boolean =>
  policy.spec.targets.includes('RegistryArtifact') &&
  writer.untag !== undefined &&
  world.tags.length > fewTags &&
  deletions * 2 > fewTags

/** Takes the tags off, looks once whether they are gone, and notes those that are. */
async function untagImages(
  deletions: readonly Deletion[],
  look: Look,
  deps: BatchDeps,
): Promise<{ readonly isRefused: boolean } | Stop> {
  const off = new Map<Deletion, readonly string[]>()
  const pool = new WorkerPool(deps.stopReason)
  let isRefused = false
  const work = async (deletion: Deletion) => {
    if (isRefused || deps.now().getTime() > look.staleAt) return undefined
    const result = await untagImage(deletion, look.context, deps)
    if (result.outcome === 'refused') isRefused = true
    if (result.outcome === 'off') off.set(deletion, result.tags)
    if (result.outcome === 'failed') deps.tally.add(look.policy, deletion, result)
    return result
  }
  // The first alone shows whether this registry does it.
  const stop = (await pool.run(deletions.slice(0, 1), work)) ?? (await pool.run(deletions.slice(1), work))
  return (await noteOff(off, look, deps)) ?? stop ?? { isRefused }
}

/** Also where the sweep has to stop: what is gone is gone. */
async function noteOff(
  off: ReadonlyMap<Deletion, readonly string[]>,
  { context, policy }: Look,
  deps: BatchDeps,
): Promise<Stop | undefined> {
  if (off.size === 0) return undefined
  const { path } = context
  const noteOne = async ([deletion, tags]: readonly [Deletion, readonly string[]], listed: ReadonlySet<string>) => {
    const left: string[] = []
    for (const tag of tags)
      if (listed.has(tag) && (await deps.writer.findTag(path, tag)) === deletion.image.digest) left.push(tag)
    const gone = tags.filter(tag => !left.includes(tag))
    const failed = await noteUntagged(deletion, { gone, left }, context, deps)
    if (failed) deps.tally.add(policy, deletion, failed)
  }
  try {
    const { tags } = await deps.writer.listRepository(path)
    const listed = new Set(tags.map(({ tag }) => tag))
    await deps.store.announceSaves([...off.keys()].flatMap(({ tagRecords }) => tagRecords))
    await pMap([...off], one => noteOne(one, listed), { concurrency })
    return undefined
  } catch (error) {
    if (!isRegistryOutcome(error)) throw error
    // What is off is noted as begun: the next execution continues it.
    return stopAfter('tags could not be listed', error)
  }
}
