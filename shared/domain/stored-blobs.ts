import type { Digest } from './digest.ts'
import type { Image } from './image.ts'

type Stored = Pick<Image, 'blobs' | 'sizeBytes' | 'children'>

/**
 * The bytes that images hold in one registry, which stores a blob once however many images and repositories refer to
 * it. An image whose blobs are not known counts with its whole size, as if it shared nothing; an index holds nothing but
 * its manifests, which count themselves.
 */
export class StoredBlobs {
  readonly #holders = new Map<Digest, number>()
  #bytes = 0

  get bytes(): number {
    return this.#bytes
  }

  add(image: Stored): void {
    this.#bytes += unsharedBytes(image)
    for (const blob of image.blobs ?? []) {
      const holders = this.#holders.get(blob.digest) ?? 0
      if (holders === 0) this.#bytes += blob.sizeBytes
      this.#holders.set(blob.digest, holders + 1)
    }
  }

  /** Takes back one image that was added. */
  remove(image: Stored): void {
    this.#bytes -= unsharedBytes(image)
    for (const blob of image.blobs ?? []) {
      const holders = (this.#holders.get(blob.digest) ?? 1) - 1
      this.#holders.set(blob.digest, holders)
      if (holders === 0) this.#bytes -= blob.sizeBytes
    }
  }
}

/** What an image is taken to hold alone, as its blobs are not known. */
export const unsharedBytes = ({ blobs, children, sizeBytes = 0 }: Stored): number =>
  blobs === undefined && children === undefined ? sizeBytes : 0

/** The bytes that these images of one registry hold together. */
export function storedBytesOf(images: Iterable<Stored>): number {
  const stored = new StoredBlobs()
  for (const image of images) stored.add(image)
  return stored.bytes
}
