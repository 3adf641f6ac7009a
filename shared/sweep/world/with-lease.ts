import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { LeaseRecord } from '../../domain/records/policies.ts'
import { UnavailableError } from '../../errors.ts'
import type { Store } from '../../ports/store.ts'

/** Short, because a process that is killed keeps its repository for so long; one that lives renews it all the time. */
const leaseMs = 12_000
const renewEveryMs = 4_000
const pollMs = 500
/** The lease itself, and some polls more for a holder whose clock is ahead of ours. */
const patienceMs = leaseMs + 10 * pollMs

export interface LeaseDeps {
  readonly store: Store
  readonly now: () => Date
  /** How to wait while another holds the repository; default in real time. */
  readonly wait?: (ms: number) => Promise<unknown>
}

/**
 * Runs `work` as the only sweep or restore of a repository. `stillHeld` renews the lease and answers false, from then on
 * for ever, once another has held it: what was planned before may not be done any more.
 * @throws UnavailableError when another keeps renewing it
 */
export async function withLease<T>(
  repository: string,
  deps: LeaseDeps,
  work: (stillHeld: () => Promise<boolean>) => Promise<T>,
): Promise<T> {
  const owner = randomUUID()
  const take = () => deps.store.takeLease(repository, owner, deps.now(), leaseMs)
  const held = new HeldLease(await waitFor(repository, take, deps.wait ?? delay), take)
  // Long reads ask for nothing: without this the lease would run out under them.
  const renewing = setInterval(() => void held.renew().catch(() => false), renewEveryMs).unref()
  try {
    return await work(() => held.renew())
  } finally {
    clearInterval(renewing)
    await deps.store.releaseLease(await held.last())
  }
}

async function waitFor(
  repository: string,
  take: () => Promise<LeaseRecord | undefined>,
  wait: (ms: number) => Promise<unknown>,
): Promise<LeaseRecord> {
  for (let polls = patienceMs / pollMs; ; polls--) {
    const lease = await take()
    if (lease) return lease
    if (polls === 0)
      throw new UnavailableError(
        `${repository}: expected no other sweep or restore at work there, one has been for ${patienceMs / 1000} s; try again when it has ended`,
        { kind: 'server' },
      )
    await wait(pollMs)
  }
}

/** Renews one after the other, so that each renewal knows the token that the one before it got. */
class HeldLease {
  #lease: LeaseRecord
  #isLost = false
  #renewal: Promise<boolean> = Promise.resolve(true)
  readonly #take: () => Promise<LeaseRecord | undefined>

  constructor(lease: LeaseRecord, take: () => Promise<LeaseRecord | undefined>) {
    this.#lease = lease
    this.#take = take
  }

  renew(): Promise<boolean> {
    this.#renewal = this.#renewal.catch(() => true).then(() => this.#renewOnce())
    return this.#renewal
  }

  /** The lease to give back, when no renewal is under way any more. */
  async last(): Promise<LeaseRecord> {
    await this.#renewal.catch(() => undefined)
    return this.#lease
  }

  async #renewOnce(): Promise<boolean> {
    if (this.#isLost) return false
    const renewed = await this.#take()
    // The token grows by one with every holder and renewal: a jump means that another held it and gave it back.
    this.#isLost = renewed?.token !== this.#lease.token + 1
    this.#lease = renewed ?? this.#lease
    return !this.#isLost
  }
}
