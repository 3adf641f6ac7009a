import { UnreadableRecordError } from '../errors.ts'
import type { Store } from '../ports/store.ts'

/** No repository has this name. */
const leaseName = 'reconcile'
/** Of several processes each has its turn by chance, so that the one that leads may wait for many minutes. */
const leaseMs = 30 * 60_000

/**
 * Which of several processes looks at every repository once an hour, and measures what they hold: the one that took it on
 * first, for as long as it runs. The others look at what is news, and read nothing for what others told already.
 */
export class Leading {
  readonly #owner: string
  #renewAtMs = Number.NEGATIVE_INFINITY
  #since: Date | undefined

  /** @param owner names the process: one that begins anew under the same name leads at once */
  constructor(owner: string) {
    this.#owner = owner
  }

  /** Since when this process leads without another in between; undefined while another does. */
  async leadsSince(store: Pick<Store, 'takeLease'>, now: Date): Promise<Date | undefined> {
    this.#since = (await this.#isOurs(store, now)) ? (this.#since ?? now) : undefined
    return this.#since
  }

  /** Where the lease cannot be read, each process leads: that costs reads, and nothing else. */
  async #isOurs(store: Pick<Store, 'takeLease'>, now: Date): Promise<boolean> {
    const nowMs = now.getTime()
    if (nowMs < this.#renewAtMs) return true
    try {
      const lease = await store.takeLease(leaseName, this.#owner, now, leaseMs)
      this.#renewAtMs = lease ? nowMs + leaseMs / 2 : Number.NEGATIVE_INFINITY
      return lease !== undefined
    } catch (error) {
      if (error instanceof UnreadableRecordError) return true
      throw error
    }
  }
}
