/** An item as DynamoDB has it on the wire, and what it counts. */
export interface StoredItem {
  readonly json: string
  readonly sizeBytes: number
}

/** The items of one partition in the order of their sort keys. */
export class Partition {
  readonly #items = new Map<string, StoredItem>()
  #sorted: string[] = []
  #unsorted: string[] = []
  #removed = 0

  get(sortKey: string): StoredItem | undefined {
    return this.#items.get(sortKey)
  }

  put(sortKey: string, item: StoredItem): void {
    if (!this.#items.has(sortKey)) this.#unsorted.push(sortKey)
    this.#items.set(sortKey, item)
  }

  /** As it is now, and stays. */
  copy(): Partition {
    const copy = new Partition()
    for (const [sortKey, item] of this.#items) copy.put(sortKey, item)
    return copy
  }

  delete(sortKey: string): void {
    if (this.#items.delete(sortKey)) this.#removed += 1
  }

  /** From one sort key to another, both included. */
  *between(from: string, to: string): Generator<[string, StoredItem]> {
    this.#sort()
    for (let at = firstFrom(this.#sorted, from); at < this.#sorted.length; at++) {
      const sortKey = this.#sorted[at] ?? ''
      if (sortKey > to) return
      const item = this.#items.get(sortKey)
      if (item) yield [sortKey, item]
    }
  }

  /** What came since the last time is few beside what was there. */
  #sort(): void {
    if (this.#unsorted.length === 0 && this.#removed === 0) return
    const added = this.#unsorted.sort()
    const merged: string[] = []
    let place = 0
    for (const name of this.#sorted) {
      for (; place < added.length && (added[place] ?? '') < name; place++) merged.push(added[place] ?? '')
      if (this.#items.has(name) && name !== added[place]) merged.push(name)
    }
    for (; place < added.length; place++) merged.push(added[place] ?? '')
    this.#sorted = merged
    this.#unsorted = []
    this.#removed = 0
  }
}

function firstFrom(sorted: readonly string[], from: string): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] ?? '') < from) low = middle + 1
    else high = middle
  }
  return low
}
