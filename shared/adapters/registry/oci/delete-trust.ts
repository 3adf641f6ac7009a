/** So many deletes in a row must be seen to be done before the next are trusted. */
const seenInARow = 8
/** Of those that are, each of so many is looked at all the same. */
const lookedAt = 8

/**
 * Whether a registry does what it accepts, as far as this process has seen: of one that did, not every delete costs a look.
 * What is not seen to be done is looked at again and again.
 */
export class DeleteTrust {
  #seen = 0
  #accepted = 0

  /** One was accepted: true where it is to be looked at. */
  accepted(): boolean {
    this.#accepted += 1
    return this.#seen < seenInARow || this.#accepted % lookedAt === 0
  }

  /** One was looked at. */
  saw(isGone: boolean): void {
    this.#seen = isGone ? this.#seen + 1 : 0
  }
}
