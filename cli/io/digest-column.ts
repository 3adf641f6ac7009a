import type { Digest } from '../../shared/domain/digest.ts'

const digestBytes = 32
const prefix = 'sha256:'.length
const blockRows = 16_384

/** A list of digests in 32 bytes each instead of the 90 that a text takes. It grows by blocks, so that nothing is copied. */
export class DigestColumn {
  readonly #blocks: Buffer[] = []
  #length = 0

  push(digest: Digest): void {
    const row = this.#length++
    if (row % blockRows === 0) this.#blocks.push(Buffer.allocUnsafeSlow(blockRows * digestBytes))
    this.#blocks.at(-1)?.write(digest.slice(prefix), (row % blockRows) * digestBytes, digestBytes, 'hex')
  }

  at(row: number): Digest {
    const start = (row % blockRows) * digestBytes
    const hex = this.#blocks[Math.floor(row / blockRows)]?.toString('hex', start, start + digestBytes)
    return `sha256:${hex ?? ''}`
  }

  /** The first 48 bits as a number: two digests with one beginning are nearly always the same. */
  beginningAt(row: number): number {
    return this.#blocks[Math.floor(row / blockRows)]?.readUIntBE((row % blockRows) * digestBytes, 6) ?? 0
  }
}
