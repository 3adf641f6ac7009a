/** The times of the images that a rule counts, newest first in what the rule calls new. */
export class NewerImages {
  /** Milliseconds since 1970, ascending. */
  readonly #times: readonly number[]

  constructor(times: readonly Date[]) {
    this.#times = times.map(time => time.getTime()).sort((a, b) => a - b)
  }

  /**
   * How many more must come before one of this time, which is counted itself, is not among the newest `keep`; 0 where
   * it is none of them. Of equal times each counts as the older: which one a registry takes first nobody knows.
   */
  leftFor(time: Date, keep: number): number {
    return Math.max(0, keep - (this.#times.length - this.#firstNotBefore(time.getTime()) - 1))
  }

  /** When the one came by which it ceased to be among the newest `keep`; undefined while it is. */
  displacedAt(time: Date, keep: number): Date | undefined {
    const at = this.#times[this.#firstNotBefore(time.getTime()) + keep]
    return at === undefined ? undefined : new Date(Math.max(at, time.getTime()))
  }

  /** How many came after a time. */
  since(time: Date): number {
    return this.#times.length - this.#firstNotBefore(time.getTime() + 1)
  }

  #firstNotBefore(time: number): number {
    let [from, to] = [0, this.#times.length]
    while (from < to) {
      const middle = (from + to) >> 1
      if ((this.#times[middle] as number) < time) from = middle + 1
      else to = middle
    }
    return from
  }
}
