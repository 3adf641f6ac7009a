import { InvalidInputError } from '../../../errors.ts'
import type { Image } from '../../image.ts'
import { quoted } from '../../repository-name.ts'
import { keyBits, orderByNumber } from './order-by-number.ts'

const hexStart = 'sha256:'.length
const hexDigits = keyBits / 4
const fewImages = 64

/**
 * The places of the images in the order of their digests. Large listings are ordered by the first 24 bits of the
 * digests as numbers, which takes a tenth of the time of comparing texts; only where digests begin alike are the texts
 * compared. Throws InvalidInputError for a digest that is there twice, since then nobody knows which one is true.
 */
export const orderByDigest = (images: readonly Image[]): Uint32Array => {
  const keys = images.length < fewImages ? undefined : beginningsOf(images)
  if (keys === undefined) {
    const order = Uint32Array.from(images.keys())
    sortRun(images, order)
    return order
  }
  const order = orderByNumber(keys)
  for (let start = 0; start < order.length; ) {
    let end = start + 1
    while (end < order.length && keys[order[end] as number] === keys[order[start] as number]) end++
    if (end > start + 1) sortRun(images, order.subarray(start, end))
    start = end
  }
  return order
}

/** Undefined where a digest does not begin with hex digits: then only its text can be compared. */
const beginningsOf = (images: readonly Image[]): Uint32Array | undefined => {
  const keys = new Uint32Array(images.length)
  for (let at = 0; at < images.length; at++) {
    const beginning = beginningOf((images[at] as Image).digest)
    if (beginning < 0) return undefined
    keys[at] = beginning
  }
  return keys
}

const beginningOf = (digest: string): number => {
  let value = 0
  for (let at = hexStart; at < hexStart + hexDigits; at++) {
    const code = digest.charCodeAt(at)
    if (code >= 48 && code <= 57) value = value * 16 + code - 48
    else if (code >= 97 && code <= 102) value = value * 16 + code - 87
    else return -1
  }
  return value
}

const sortRun = (images: readonly Image[], run: Uint32Array): void => {
  run.sort((a, b) => ((images[a] as Image).digest < (images[b] as Image).digest ? -1 : 1))
  for (let at = 1; at < run.length; at++) {
    const image = images[run[at] as number] as Image
    if (image.digest !== images[run[at - 1] as number]?.digest) continue
    throw new InvalidInputError(`expected each digest once, got ${image.digest} twice in ${quoted(image.repository)}`)
  }
}
