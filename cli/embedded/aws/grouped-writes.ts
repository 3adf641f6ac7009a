export type Write =
  | { readonly type: 'put'; readonly key: string; readonly value: string }
  | { readonly type: 'del'; readonly key: string }

interface Waiting {
  readonly write: Write
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** Writes of one turn in one call, in the order in which they came; the next begins when that is done. */
export class GroupedWrites {
  readonly #write: (writes: Write[]) => Promise<void>
  #waiting: Waiting[] = []
  #isWriting = false

  constructor(write: (writes: Write[]) => Promise<void>) {
    this.#write = write
  }

  /** Resolves when it is written; a call that fails fails all writes of it. */
  add(write: Write): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ write, resolve, reject })
      if (this.#isWriting) return
      this.#isWriting = true
      setImmediate(() => void this.#writeAll())
    })
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const together = this.#waiting.splice(0)
      try {
        await this.#write(together.map(({ write }) => write))
        for (const { resolve } of together) resolve()
      } catch (error) {
        for (const { reject } of together) reject(error)
      }
    }
    this.#isWriting = false
  }
}
