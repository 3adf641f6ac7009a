/** Names by number: a million images name a few hundred repositories and a few media types. */
export class Names {
  readonly #numbers = new Map<string, number>()
  #new: string[] = []

  /** The number of a name, counted from 0 on. */
  numberOf(name: string): number {
    const known = this.#numbers.get(name)
    if (known !== undefined) return known
    const number = this.#numbers.size
    this.#numbers.set(name, number)
    this.#new.push(name)
    return number
  }

  /** Names that came since they were last taken, in the order of their numbers. */
  takeNew(): string[] {
    const names = this.#new
    this.#new = []
    return names
  }
}
