/** What is counted under labels. */
interface Stamped {
  /** When it was counted up last, in seconds since 1970; absent counts as longest ago. */
  readonly countedAt?: number
}

interface Bounds<T> {
  readonly most: number
  readonly keyOf: (series: T) => string
  /** Without counts: all that has no series of its own, beyond `most`. */
  readonly others: T
  /** Adds the counts of the second to the first. */
  readonly add: (to: T, from: T) => void
}

/**
 * Up to `most` series. When another comes, the one that was counted up longest ago falls to the others with its counts, so
 * that sums stay right; none does that was counted up just now: then it is the new one that falls.
 */
export class BoundedSeries<T extends Stamped> {
  readonly #bounds: Bounds<T>
  readonly #named: Map<string, T>
  #others: T | undefined
  /** Keys of those that may make room, the one that was counted up longest ago last. */
  readonly #idle: string[]
  readonly #counted = new Set<string>()
  readonly #fallen = new Set<string>()

  constructor(series: readonly T[], bounds: Bounds<T>) {
    this.#bounds = bounds
    this.#named = new Map(series.map(one => [bounds.keyOf(one), one]))
    const othersKey = bounds.keyOf(bounds.others)
    this.#others = this.#named.get(othersKey)
    this.#named.delete(othersKey)
    this.#idle = [...this.#named]
      .sort(([, a], [, b]) => (a.countedAt ?? 0) - (b.countedAt ?? 0))
      .map(([key]) => key)
      .reverse()
  }

  /** Where to count what has the labels of `empty`, which is taken where there is no such series yet. */
  toCount(empty: T): T {
    const key = this.#bounds.keyOf(empty)
    const known = this.#named.get(key)
    if (known === undefined && this.#named.size >= this.#bounds.most && !this.#makeRoom()) {
      this.#fallen.add(key)
      return this.#ofOthers()
    }
    const series = known ?? empty
    this.#named.set(key, series)
    this.#counted.add(key)
    return series
  }

  /** How many had no room. */
  get fallen(): number {
    return this.#fallen.size
  }

  all(): T[] {
    return [...this.#named.values(), ...(this.#others ? [this.#others] : [])]
  }

  /** False where all were counted up just now. */
  #makeRoom(): boolean {
    for (let key = this.#idle.pop(); key !== undefined; key = this.#idle.pop()) {
      const longest = this.#named.get(key)
      if (longest === undefined || this.#counted.has(key)) continue
      this.#named.delete(key)
      this.#fallen.add(key)
      this.#bounds.add(this.#ofOthers(), longest)
      return true
    }
    return false
  }

  #ofOthers(): T {
    this.#others ??= this.#bounds.others
    return this.#others
  }
}
