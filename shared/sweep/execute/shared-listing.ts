import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { LeaseRecord } from '../../domain/records/policies.ts'
import type { InventoryRecord } from '../../domain/records/workloads.ts'
import { UnreadableRecordError } from '../../errors.ts'
import { type InventoryDeps, type InventoryResult, takeInventory } from '../../inventory/take-inventory.ts'
import type { WorkloadSource } from '../../ports/workload-source.ts'

export interface SharedListingDeps extends InventoryDeps {
  /** How to wait while another lists; default in real time. */
  readonly wait?: ((ms: number) => Promise<unknown>) | undefined
  /** Milliseconds until the invocation is ended from outside; absent where nothing ends it. */
  readonly remainingMs?: (() => number) | undefined
}

/** What is known of a source now; of what another listed the workloads are among the records. */
export type Listed = Pick<InventoryResult, 'complete' | 'message' | 'workloads'>

/** An inventory that is no older says what runs now. */
const maxInventoryAgeMs = 2 * 60_000
/** As long as a listing of an account may take: whoever lists has ended by then, or was killed. */
const listingMs = 180_000
const pollMs = 2_000

/**
 * What an account runs now, by a young inventory. Of many sweeps that find none only one lists, since a
 * whole account costs many calls and AWS answers some of them once a second; the others wait for what it finds. Where nothing
 * comes of it, each lists by itself.
 */
export async function listShared(source: WorkloadSource, deps: SharedListingDeps): Promise<Listed> {
  const { store, now, wait = delay } = deps
  const owner = randomUUID()
  const asked = { at: now(), before: await store.findInventory(source.name) }
  const findListed = async () => listedSince(asked, await store.findInventory(source.name), now())
  for (let polls = Math.floor(patienceMs(deps) / pollMs); polls > 0; polls--) {
    const listed = await findListed()
    if (listed) return listed
    const turn = await takeTurn(source.name, owner, deps)
    if (turn === 'unreadable') break
    if (turn) {
      try {
        // Another may have ended since.
        return (await findListed()) ?? (await takeInventory(source, deps))
      } finally {
        await store.releaseLease(turn)
      }
    }
    await wait(pollMs)
  }
  return (await findListed()) ?? takeInventory(source, deps)
}

/** The rest of a short invocation is for a listing of its own, and the sweep. */
const patienceMs = ({ remainingMs }: SharedListingDeps): number =>
  Math.min(listingMs, remainingMs === undefined ? listingMs : remainingMs() / 2)

/** No repository has this name. Where the lease cannot be read each lists by itself: that costs calls, and nothing else. */
async function takeTurn(
  source: string,
  owner: string,
  { store, now }: SharedListingDeps,
): Promise<LeaseRecord | 'unreadable' | undefined> {
  try {
    return await store.takeLease(`inventory of ${source}`, owner, now(), listingMs)
  } catch (error) {
    if (error instanceof UnreadableRecordError) return 'unreadable'
    throw error
  }
}

interface Asked {
  readonly at: Date
  readonly before: InventoryRecord | undefined
}

/**
 * What an inventory says that is young, or that began after this was asked: a listing of one's own would know no more. That
 * goes for one that failed meanwhile too: what throttled it would throttle the next.
 */
function listedSince({ at, before }: Asked, inventory: InventoryRecord | undefined, now: Date): Listed | undefined {
  if (inventory === undefined) return undefined
  const { complete, message, startedAt } = inventory
  const isNew = startedAt >= at && startedAt <= now && startedAt.getTime() !== before?.startedAt.getTime()
  return isNew || isYoung(inventory, now) ? { complete, message, workloads: [] } : undefined
}

/** True for a whole one of two minutes at most. */
export function isYoung(inventory: InventoryRecord | undefined, now: Date): boolean {
  if (inventory?.complete !== true) return false
  const ageMs = now.getTime() - inventory.startedAt.getTime()
  // One from the future is of another clock, and says nothing of its age.
  return ageMs >= 0 && ageMs <= maxInventoryAgeMs
}
