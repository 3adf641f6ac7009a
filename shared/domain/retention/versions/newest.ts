/** Below 0 where `a` is older than `b`, above 0 where it is newer. */
export type Compare<T> = (a: T, b: T) => number

/**
 * The newest of everything that was offered, newest first and never more than `limit`: what retention counts need,
 * in memory that does not grow with the repository.
 */
export class Newest<T> {
  readonly items: T[] = []
  readonly #limit: number
  readonly #compare: Compare<T>
  constructor(limit: number, compare: Compare<T>) {
    this.#limit = limit
    this.#compare = compare
  }

  offer(item: T): void {
    const items = this.items
    if (items.length >= this.#limit) {
      const last = items.at(-1)
      if (last === undefined || this.#compare(item, last) <= 0) return
      items.pop()
    }
    insertAt(items, placeOf(items, item, this.#compare), item)
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
