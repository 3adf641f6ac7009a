/** So many deletes in a row were seen to be done before the next are taken at their word. */
const seenInARow = 8
/** Of those that are, each of so many is looked at all the same. */
const lookedAt = 8

/**
 * Whether a registry does what it accepts, as far as this process has seen: of one that did, not every delete costs a look.
 * What is not seen to be done is looked at again and again.
 */
export class DeleteTrust {
  #inARow = 0

  /** True where the next accepted delete is to be looked at. */
  get isDoubted(): boolean {
    return this.#inARow < seenInARow || this.#inARow % lookedAt === 0
  }

  /** One was accepted and not looked at. */
  trusted(): void {
    this.#inARow += 1
  }

  /** One was looked at. */
  saw(isGone: boolean): void {
    this.#inARow = isGone ? this.#inARow + 1 : 0
  }
}
