/** Below 0 where `a` is older than `b`, above 0 where it is newer, 0 where neither is. */
export type Compare<T> = (a: T, b: T) => number

/**
 * The newest of everything that was offered, and all that are equal to the last of these: what retention counts need,
 * in memory that grows with the limit and with what ties, never with the repository.
 */
export class Newest<T> {
  readonly #items: T[] = []
  #ties: T[] = []
  readonly #limit: number
  readonly #compare: Compare<T>
  constructor(limit: number, compare: Compare<T>) {
    this.#limit = limit
    this.#compare = compare
  }

  offer(item: T): void {
    const last = this.#items[this.#limit - 1]
    if (last === undefined) {
      if (this.#limit > 0) this.#insert(item)
      return
    }
    const order = this.#compare(item, last)
    if (order === 0) this.#ties.push(item)
    else if (order > 0) this.#pushOut(item, last)
  }

  /**
   * What is among the newest, and what ties: where more are equal to the last one than there are places, it is not
   * known which of them the places belong to.
   */
  result(): { readonly newest: readonly T[]; readonly tied: readonly T[] } {
    const last = this.#items.at(-1)
    if (this.#ties.length === 0 || last === undefined) return { newest: this.#items, tied: [] }
    const isEqual = (item: T): boolean => this.#compare(item, last) === 0
    const newest = this.#items.filter(item => !isEqual(item))
    return { newest, tied: [...this.#items.filter(isEqual), ...this.#ties] }
  }

  /** Takes in a newer item in the place of the last one, which stays as a tie if it equals the last one of then. */
  #pushOut(item: T, last: T): void {
    this.#items.pop()
    this.#insert(item)
    const stays = this.#compare(last, this.#items[this.#limit - 1] as T) === 0
    if (stays) this.#ties.push(last)
    else if (this.#ties.length > 0) this.#ties = []
  }

  #insert(item: T): void {
    insertAt(this.#items, placeOf(this.#items, item, this.#compare), item)
  }
}

/** A value for each of some keys, found again by an equal key. */
export interface Branches<K, V> {
  /** The value of a key, made when the key is new; undefined for a key that is not kept. */
  reach(key: K, make: () => V): V | undefined
  values(): Iterable<V>
}

/**
 * A value for each of the newest keys, at most `limit` of them. A key that drops out stays out, since only newer ones
 * can push it; its value is forgotten.
 */
export class NewestBranches<K, V> implements Branches<K, V> {
  readonly #keys: K[] = []
  readonly #values: V[] = []
  readonly #limit: number
  readonly #compare: Compare<K>
  constructor(limit: number, compare: Compare<K>) {
    this.#limit = limit
    this.#compare = compare
  }

  reach(key: K, make: () => V): V | undefined {
    const place = placeOf(this.#keys, key, this.#compare)
    const there = this.#keys[place]
    if (there !== undefined && this.#compare(there, key) === 0) return this.#values[place]
    if (place >= this.#limit) return undefined
    const value = make()
    insertAt(this.#keys, place, key)
    insertAt(this.#values, place, value)
    if (this.#keys.length > this.#limit) {
      this.#keys.pop()
      this.#values.pop()
    }
    return value
  }

  values(): Iterable<V> {
    return this.#values
  }
}

/** A value for every key: what an unlimited dimension needs, whatever the number of keys. Keys are equal as in a Map. */
export class AllBranches<K, V> implements Branches<K, V> {
  readonly #branches = new Map<K, V>()

  reach(key: K, make: () => V): V {
    const known = this.#branches.get(key)
    if (known !== undefined) return known
    const value = make()
    this.#branches.set(key, value)
    return value
  }

  values(): Iterable<V> {
    return this.#branches.values()
  }
}

/** The first place whose item is not newer than the given one, among items that stand newest first. */
const placeOf = <T>(items: readonly T[], item: T, compare: Compare<T>): number => {
  let low = 0
  let high = items.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (compare(items[middle] as T, item) > 0) low = middle + 1
    else high = middle
  }
  return low
}

const insertAt = <T>(items: T[], place: number, item: T): void => {
  items.push(item)
  for (let at = items.length - 1; at > place; at--) items[at] = items[at - 1] as T
  items[place] = item
}
