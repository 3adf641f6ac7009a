import { randomUUID } from 'node:crypto'
import { UnavailableError } from '../errors.ts'
import type { Store } from '../ports/store.ts'

/** As long as a sweep's, so that a killed restore keeps its repository no longer than a killed sweep does. */
const leaseMs = 30_000
const pollMs = 1_000
/** One taken less long ago is good for the next step as it is. */
const renewAfterMs = 5_000
/** A sweep that was killed lets go within its lease; one that works on keeps it. */
const patienceMs = leaseMs + 10 * pollMs

export interface LeaseDeps {
  readonly store: Store
  readonly now: () => Date
  readonly sleep: (ms: number) => Promise<unknown>
}

/**
 * Works while no sweep can work on the repository. `requireLease` takes the lease again, and throws when it was lost.
 * @throws UnavailableError when a sweep keeps the repository
 */
export async function holdLease<T>(
  repository: string,
  { store, now, sleep }: LeaseDeps,
  work: (requireLease: () => Promise<void>) => Promise<T>,
): Promise<T> {
  const owner = randomUUID()
  const take = () => store.takeLease(repository, owner, now(), leaseMs)
  let lease = await take()
  for (let waitedMs = 0; !lease && waitedMs < patienceMs; waitedMs += pollMs) {
    await sleep(pollMs)
    lease = await take()
  }
  if (!lease)
    throw new UnavailableError(
      `${repository}: expected no sweep at work there, one has been for ${patienceMs / 1000} s; wait for its end or pause it, then restore again`,
      { kind: 'server' },
    )
  let held = lease
  let renewing: ReturnType<typeof take> | undefined
  const requireLease = async () => {
    if (held.expiresAt.getTime() - now().getTime() > leaseMs - renewAfterMs) return
    // Workers that ask at once share one renewal: two would take the lease from each other's number.
    renewing ??= take().finally(() => {
      renewing = undefined
    })
    const renewed = await renewing
    if (!renewed)
      throw new UnavailableError(`${repository}: a sweep took it over meanwhile; restore again`, { kind: 'server' })
    held = renewed
  }
  try {
    return await work(requireLease)
  } finally {
    await store.releaseLease(held)
  }
}
