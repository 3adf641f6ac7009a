import type { Image } from '../image.ts'

const hexStart = 'sha256:'.length
const hexDigits = 8
const maxNumbered = 2 ** 21

/**
 * The images in the order of their digests. Large listings are sorted as numbers, made of the first 32 bits of the
 * digest and the place, which takes a tenth of the time of comparing texts; equal beginnings are put right after.
 */
export const orderByDigest = (images: readonly Image[]): readonly Image[] => {
  if (isOrdered(images)) return images
  const keys = images.length > 32 && images.length <= maxNumbered ? numericKeys(images) : undefined
  if (keys === undefined) return [...images].sort(byDigest)
  keys.sort()
  const ordered = Array.from(keys, key => images[key % maxNumbered] as Image)
  settle(ordered, keys)
  return ordered
}

const byDigest = (a: Image, b: Image): number => (a.digest < b.digest ? -1 : a.digest > b.digest ? 1 : 0)

const isOrdered = (images: readonly Image[]): boolean => {
  for (let at = 1; at < images.length; at++) {
    if (byDigest(images[at - 1] as Image, images[at] as Image) > 0) return false
  }
  return true
}

/** Undefined where a digest does not begin with hex digits: then only its text can be compared. */
const numericKeys = (images: readonly Image[]): Float64Array | undefined => {
  const keys = new Float64Array(images.length)
  for (let at = 0; at < images.length; at++) {
    const beginning = beginningOf((images[at] as Image).digest)
    if (beginning < 0) return undefined
    keys[at] = beginning * maxNumbered + at
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

/** Puts images right whose digests begin alike: their keys ordered them by place instead. */
const settle = (images: Image[], keys: Float64Array): void => {
  for (let start = 0; start < images.length; ) {
    let end = start + 1
    while (end < images.length && beginsAlike(keys, start, end)) end++
    if (end > start + 1) {
      const alike = images.slice(start, end).sort(byDigest)
      for (const [at, image] of alike.entries()) images[start + at] = image
    }
    start = end
  }
}

const beginsAlike = (keys: Float64Array, a: number, b: number): boolean =>
  Math.floor((keys[a] as number) / maxNumbered) === Math.floor((keys[b] as number) / maxNumbered)
