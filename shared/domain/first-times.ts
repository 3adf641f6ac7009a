import type { Digest } from './digest.ts'

/** Something that is about an image, and when it was there; where either is not known it says nothing. */
interface Told {
  readonly digest?: Digest | undefined
  readonly at?: Date | undefined
}

/** The first time of each image. */
export function firstTimes(told: Iterable<Told>): ReadonlyMap<Digest, Date> {
  const first = new Map<Digest, Date>()
  for (const { digest, at } of told) {
    const known = digest && first.get(digest)
    if (digest && at && (known === undefined || at < known)) first.set(digest, at)
  }
  return first
}
