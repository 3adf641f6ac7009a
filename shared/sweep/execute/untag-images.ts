import pMap from 'p-map'
import { slices } from '../../domain/slices.ts'
import { isRegistryOutcome } from '../../domain/sync-reason.ts'
import type { BatchDeps, Look } from './batch-deps.ts'
import { noteUntagged, untagImage } from './delete-image.ts'
import type { Deletion } from './deletion.ts'
import { WorkBeside } from './work-beside.ts'
import { type Stop, stopAfter, WorkerPool } from './worker-pool.ts'

const concurrency = 32
/** Each costs a list, which takes long where many tags are left. */
const mostParts = 4
const leastInPart = 256

/**
 * Takes the tags off, looks whether they are gone, and notes those that are: those of one part while the next are taken
 * off. `isRefused`: this registry takes no tag off.
 */
export async function untagImages(
  deletions: readonly Deletion[],
  look: Look,
  deps: BatchDeps,
): Promise<{ readonly isRefused: boolean } | Stop> {
  let off = new Map<Deletion, readonly string[]>()
  let isRefused = false
  let stop: Stop | undefined
  const pool = new WorkerPool(deps.stopReason)
  const noting = new WorkBeside()
  const work = async (deletion: Deletion) => {
    if (isRefused || deps.now().getTime() > look.staleAt) return undefined
    const result = await untagImage(deletion, look.context, deps)
    if (result.outcome === 'refused') isRefused = true
    if (result.outcome === 'off') off.set(deletion, result.tags)
    if (result.outcome === 'failed') deps.tally.add(look.policy, deletion, result)
    return result
  }
  try {
    // The first alone shows whether this registry does it.
    stop = await pool.run(deletions.slice(0, 1), work)
    for (const part of slices(deletions.slice(1), partOf(deletions.length))) {
      if (stop || isRefused) break
      stop = await pool.run(part, work)
      const together = off
      off = new Map()
      const before = await noting.start(() => noteOff(together, look, deps))
      stop ??= before
    }
    const before = await noting.start(() => noteOff(off, look, deps))
    return before ?? (await noting.end()) ?? stop ?? { isRefused }
  } finally {
    await noting.settled()
  }
}

const partOf = (count: number): number => Math.max(leastInPart, Math.ceil(count / mostParts))

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
