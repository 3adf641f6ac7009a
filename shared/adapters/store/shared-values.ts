/** So many different values are remembered; beyond that each stays what it is. */
const most = 500_000

/** Different in every record, so that it is not shared. */
const unique = new Set(['id'])

/**
 * Makes equal texts and times of many records one in memory: a million tags of a repository name its two hundred thousand
 * digests several times each, and read of a table each is a text of its own.
 */
export class SharedValues {
  readonly #texts = new Map<string, string>()
  readonly #times = new Map<number, Date>()

  /** The same record, with values that others have too. */
  of<T extends object>(record: T): T {
    for (const [name, value] of Object.entries(record)) {
      if (unique.has(name)) continue
      const shared = this.#shared(value)
      if (shared !== value) (record as Record<string, unknown>)[name] = shared
    }
    return record
  }

  #shared(value: unknown): unknown {
    if (typeof value === 'string') return remembered(this.#texts, value, value)
    if (value instanceof Uint8Array) return value
    if (value instanceof Date) return remembered(this.#times, value.getTime(), value)
    return typeof value === 'object' && value !== null ? this.of(value) : value
  }
}

function remembered<K, V>(known: Map<K, V>, key: K, value: V): V {
  const before = known.get(key)
  if (before === undefined && known.size < most) known.set(key, value)
  return before ?? value
}
