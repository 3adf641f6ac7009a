import type { Digest } from '../../shared/domain/digest.ts'

const digestBytes = 32
const prefix = 'sha256:'.length
const firstRows = 1024

/** A list of digests in 32 bytes each instead of the 90 that a text takes. */
export class DigestColumn {
  #bytes = Buffer.alloc(firstRows * digestBytes)
  #length = 0

  push(digest: Digest): void {
    const start = this.#length++ * digestBytes
    if (start === this.#bytes.length) {
      const larger = Buffer.alloc(start + (start >> 1))
      larger.set(this.#bytes)
      this.#bytes = larger
    }
    this.#bytes.write(digest.slice(prefix), start, digestBytes, 'hex')
  }

  at(row: number): Digest {
    const start = row * digestBytes
    return `sha256:${this.#bytes.toString('hex', start, start + digestBytes)}`
  }
}
