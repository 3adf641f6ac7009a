/** Reads the whole of anything once, by its key; a read that fails is made again. */
export class Once<T> {
  readonly #read: (key: string) => Promise<T>
  readonly #known = new Map<string, Promise<T>>()

  constructor(read: (key: string) => Promise<T>) {
    this.#read = read
  }

  /** Rejects as the read does. */
  get(key: string): Promise<T> {
    const before = this.#known.get(key)
    if (before) return before
    const reading = this.#read(key)
    this.#known.set(key, reading)
    reading.catch(() => this.#known.delete(key))
    return reading
  }

  forget(): void {
    this.#known.clear()
  }
}
