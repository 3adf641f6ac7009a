/** A list of numbers in eight bytes each, which grows as it is filled. */
export class GrowingColumn {
  #values = new Float64Array(1024)
  #length = 0

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const larger = new Float64Array(this.#length + (this.#length >> 1))
      larger.set(this.#values)
      this.#values = larger
    }
    this.#values[this.#length++] = value
  }

  at(row: number): number {
    return this.#values[row] ?? Number.NaN
  }
}
