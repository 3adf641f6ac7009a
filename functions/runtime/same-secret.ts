import { createHash, timingSafeEqual } from 'node:crypto'

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest()

/** Compares what was presented with a secret, in a time that tells nothing of either. */
export const isSameSecret = (presented: string, secret: string): boolean =>
  timingSafeEqual(sha256(presented), sha256(secret))
