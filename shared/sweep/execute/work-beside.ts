import type { Stop } from './worker-pool.ts'

/**
 * Work that goes on beside what comes after it. Whoever starts any waits for {@link settled} in the end: only then is
 * nothing under way any more.
 */
export class WorkBeside {
  #last: Promise<Stop | undefined> = Promise.resolve(undefined)

  /** Starts it at once, and answers why what was started before stopped, once that has ended. */
  start(work: () => Promise<Stop | undefined>): Promise<Stop | undefined> {
    const before = this.#last
    this.#last = work()
    // Whoever waits for it is told; it may fail before anybody does.
    this.#last.catch(() => undefined)
    return before
  }

  /** Why what was started last stopped; throws what it failed with. */
  end(): Promise<Stop | undefined> {
    return this.#last
  }

  async settled(): Promise<void> {
    await this.#last.catch(() => undefined)
  }
}
