import { InvalidInputError } from '../../../errors.ts'
import type { Image } from '../../image.ts'
import { quoted } from '../../repository-name.ts'
import { keyHexDigits, orderByStart } from './order-by-start.ts'

const hexStart = 'sha256:'.length

/**
 * The places of the images in the order of their digests. Throws InvalidInputError for a digest that is there twice,
 * since then it is not known which one is true.
 */
export const orderByDigest = (images: readonly Image[]): Uint32Array => {
  const digestOf = (place: number) => (images[place] as Image).digest
  return orderByStart({
    size: images.length,
    startOf: place => startOf(digestOf(place)),
    compare: (a, b) => (digestOf(a) < digestOf(b) ? -1 : Number(digestOf(a) > digestOf(b))),
    onTwice: place => {
      const { digest, repository } = images[place] as Image
      throw new InvalidInputError(`expected each digest once, got ${digest} twice in ${quoted(repository)}`)
    },
  })
}

/** Negative where a digest does not begin with hex digits: then only its text can be compared. */
const startOf = (digest: string): number => {
  let value = 0
  for (let at = hexStart; at < hexStart + keyHexDigits; at++) {
    const code = digest.charCodeAt(at)
    if (code >= 48 && code <= 57) value = value * 16 + code - 48
    else if (code >= 97 && code <= 102) value = value * 16 + code - 87
    else return -1
  }
  return value
}
