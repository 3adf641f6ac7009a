import { type Digest, isDigest } from '../../domain/digest.ts'
import type { Blob } from '../../domain/image.ts'

const prefix = 'sha256:'
const digestBytes = 32
/** Seven bits of a size go into each byte; the highest bit says that more follow. */
const sevenBits = 128

/**
 * All but the first of the blobs as bytes: of each the 32 of its digest, and its size from the lowest seven bits on.
 * Undefined where one of them is anything but a sha256 digest with a size below 2^53: then all stand as they are.
 */
export function packBlobs(blobs: readonly unknown[]): Uint8Array | undefined {
  if (!blobs.every(isPlain)) return undefined
  return Buffer.concat(
    blobs
      .slice(1)
      .flatMap(({ digest, sizeBytes }) => [Buffer.from(digest.slice(prefix.length), 'hex'), packSize(sizeBytes)]),
  )
}

/** Whatever else one has would be lost. */
function isPlain(blob: unknown): blob is Blob {
  if (typeof blob !== 'object' || blob === null || Object.keys(blob).length !== 2) return false
  const { digest, sizeBytes } = blob as Partial<Blob>
  return typeof digest === 'string' && isDigest(digest) && isSize(sizeBytes)
}

const isSize = (size: unknown): boolean => Number.isSafeInteger(size) && (size as number) >= 0 && !Object.is(size, -0)

function packSize(size: number): Buffer {
  const bytes: number[] = []
  let rest = size
  for (; rest >= sevenBits; rest = Math.floor(rest / sevenBits)) bytes.push((rest % sevenBits) + sevenBits)
  return Buffer.from([...bytes, rest])
}

/** What {@link packBlobs} made bytes of; undefined for other bytes. */
export function unpackBlobs(packed: Uint8Array): Blob[] | undefined {
  const bytes = Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength)
  const blobs: Blob[] = []
  for (let at = 0; at < bytes.length; ) {
    const digest: Digest = `${prefix}${bytes.toString('hex', at, at + digestBytes)}`
    at += digestBytes
    let [sizeBytes, unit] = [0, 1]
    for (; (bytes[at] ?? 0) >= sevenBits; at++, unit *= sevenBits) sizeBytes += ((bytes[at] ?? 0) - sevenBits) * unit
    if (at >= bytes.length) return undefined
    sizeBytes += (bytes[at] ?? 0) * unit
    at += 1
    if (!Number.isSafeInteger(sizeBytes)) return undefined
    blobs.push({ digest, sizeBytes })
  }
  return blobs
}
