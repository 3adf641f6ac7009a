const blockRows = 16_384

/**
 * A list of numbers in eight bytes each. It grows by blocks, so that nothing is copied, and NaN, which stands for what
 * is not known, takes no room until a number follows in its block.
 */
export class GrowingColumn {
  readonly #blocks: (Float64Array | undefined)[] = []
  #length = 0

  push(value: number): void {
    const row = this.#length++
    if (Number.isNaN(value)) return
    const at = Math.floor(row / blockRows)
    const block = this.#blocks[at] ?? new Float64Array(blockRows).fill(Number.NaN)
    this.#blocks[at] = block
    block[row % blockRows] = value
  }

  at(row: number): number {
    return this.#blocks[Math.floor(row / blockRows)]?.[row % blockRows] ?? Number.NaN
  }
}
