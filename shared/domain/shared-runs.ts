/** One run after the other, each shared by all who ask before it begins: nobody gets what began before they asked. */
export class SharedRuns {
  readonly #gather: (() => Promise<unknown>) | undefined
  #running: Promise<void> | undefined
  #next: Promise<void> | undefined

  /** `gather` is waited for before each run, for those who are about to ask too; without it one begins at once if none runs. */
  constructor(gather?: () => Promise<unknown>) {
    this.#gather = gather
  }

  /** A run that begins now or later; `run` is that of the first who asks for it. */
  fresh(run: () => Promise<void>): Promise<void> {
    // Between two runs there is one that waits and none that runs.
    if (this.#next) return this.#next
    if (!this.#running && !this.#gather) return this.#start(run)
    this.#next = this.#startNext(run)
    return this.#next
  }

  async #startNext(run: () => Promise<void>): Promise<void> {
    await this.#running?.catch(() => undefined)
    await this.#gather?.()
    this.#next = undefined
    return this.#start(run)
  }

  #start(run: () => Promise<void>): Promise<void> {
    const running = run().finally(() => {
      if (this.#running === running) this.#running = undefined
    })
    this.#running = running
    return running
  }
}
