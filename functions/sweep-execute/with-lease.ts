import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { UnavailableError } from '../../shared/errors.ts'
import type { Store } from '../../shared/ports/store.ts'

/** Short, and taken again before each deletion: a killed sweep keeps its repository no longer than this. */
const leaseMs = 30_000
const pollMs = 1_000

/**
 * Runs `work` as the only sweep of a repository. `stillHeld` takes the lease again and answers false when it was lost.
 * @throws UnavailableError when another sweep keeps renewing it
 */
export async function withLease<T>(
  repository: string,
  deps: { readonly store: Store; readonly now: () => Date },
  work: (stillHeld: () => Promise<boolean>) => Promise<T>,
): Promise<T> {
  const owner = randomUUID()
  const take = () => deps.store.takeLease(repository, owner, deps.now(), leaseMs)
  const giveUpAt = Date.now() + leaseMs + 10 * pollMs
  let lease = await take()
  while (!lease && Date.now() < giveUpAt) {
    await delay(pollMs)
    lease = await take()
  }
  if (!lease) throw new UnavailableError(`${repository}: another sweep is at work there`, { kind: 'server' })
  try {
    return await work(async () => {
      const renewed = await take()
      lease = renewed ?? lease
      return renewed !== undefined
    })
  } finally {
    await deps.store.releaseLease(lease)
  }
}
