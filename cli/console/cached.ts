/** Answers that cost more than one page shows are kept for some seconds: paging through them reads them once. */
export class Cached {
  readonly #kept = new Map<string, { readonly value: Promise<unknown>; untilMs: number }>()
  readonly #nowMs: () => number
  readonly #most: number
  constructor(nowMs: () => number, most = 16) {
    this.#nowMs = nowMs
    this.#most = most
  }

  /** Kept for so long once it is read. Whoever asks before waits for the same read; one that failed is asked for again. */
  get<Value>(key: string, forMs: number, read: () => Promise<Value>): Promise<Value> {
    const known = this.#kept.get(key)
    if (known !== undefined && known.untilMs > this.#nowMs()) return known.value as Promise<Value>
    this.#dropPast()
    const value = read()
    const entry = { value, untilMs: Number.POSITIVE_INFINITY }
    this.#kept.delete(key)
    this.#kept.set(key, entry)
    value.then(
      () => {
        entry.untilMs = this.#nowMs() + forMs
      },
      () => this.#kept.get(key) === entry && this.#kept.delete(key),
    )
    const [oldest] = this.#kept.keys()
    if (this.#kept.size > this.#most && oldest !== undefined) this.#kept.delete(oldest)
    return value
  }

  /** What is over would only take room. */
  #dropPast(): void {
    for (const [key, { untilMs }] of this.#kept) if (untilMs <= this.#nowMs()) this.#kept.delete(key)
  }

  /** After something was changed. */
  clear(): void {
    this.#kept.clear()
  }
}
