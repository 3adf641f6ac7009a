/**
 * What others are asked with, and what stands in its place once it is refused. Those that are refused at the same time ask
 * for the next once.
 */
export class Renewed<T extends object> {
  readonly #renew: (before: T) => Promise<T | undefined>
  #current: T
  #renewing: Promise<void> | undefined

  /** `renew` answers undefined where nothing else is to be had; where it throws, what the refusal said is told. */
  constructor(first: T, renew: (before: T) => Promise<T | undefined>) {
    this.#current = first
    this.#renew = renew
  }

  /** The one of now. */
  get current(): T {
    return this.#current
  }

  /** True where another stands in the place of the one that was refused. */
  async isRenewed(used: T): Promise<boolean> {
    if (this.#current !== used) return true
    this.#renewing ??= this.#renewOnce().finally(() => {
      this.#renewing = undefined
    })
    await this.#renewing
    return this.#current !== used
  }

  async #renewOnce(): Promise<void> {
    this.#current = (await this.#renew(this.#current).catch(() => undefined)) ?? this.#current
  }
}
