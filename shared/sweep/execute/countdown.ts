/** Tells when something has happened so many times; at once where that is none. */
export class Countdown {
  readonly ended: Promise<undefined>
  readonly #end: (value?: undefined) => void
  #left: number

  constructor(count: number) {
    const { promise, resolve } = Promise.withResolvers<undefined>()
    this.ended = promise
    this.#end = resolve
    this.#left = count
    if (count <= 0) resolve(undefined)
  }

  count(): void {
    this.#left -= 1
    if (this.#left === 0) this.#end()
  }
}
