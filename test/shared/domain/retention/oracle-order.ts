import type { Image } from '../../../../shared/domain/image.ts'
import type { ReadTag } from './oracle-tags.ts'
import type { PreRelease } from './oracle-versions.ts'

const known2013 = Date.UTC(2013, 2, 20)

/** The time in milliseconds, -Infinity for one that counts as unknown. */
export const time = (date: Date | undefined): number =>
  date !== undefined && date.getTime() >= known2013 ? date.getTime() : Number.NEGATIVE_INFINITY

/** A tag that counts, with its image. */
export type CountedTag = ReadTag & { readonly image: Image }

/** Rule 13: below 0 where `a` is older, 0 where nobody knows. */
export const byAge = (a: CountedTag, b: CountedTag, now: Date): number =>
  compareRead(a, b) ||
  compare(time(a.image.pushedAt), time(b.image.pushedAt)) ||
  compare(createdAt(a.image, now), createdAt(b.image, now))

/** A creation time that says nothing may be the latest of all. */
const createdAt = ({ createdAt: created }: Image, now: Date): number => {
  const at = time(created)
  return at === Number.NEGATIVE_INFINITY || at > now.getTime() ? Number.POSITIVE_INFINITY : at
}

/** Below 0 where `a` is the older version; tags that are no versions are equal. */
export const compareRead = (a: ReadTag, b: ReadTag): number => {
  for (let at = 0; at < 4; at++) {
    const order = compare(a.numbers[at] ?? 0n, b.numbers[at] ?? 0n)
    if (order !== 0) return order
  }
  return comparePreReleases(a.preRelease, b.preRelease) || compare(a.post, b.post) || compare(a.revision, b.revision)
}

const comparePreReleases = (a: PreRelease, b: PreRelease): number => {
  if (a.length === 0 || b.length === 0) return compare(a.length === 0 ? 1 : 0, b.length === 0 ? 1 : 0)
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const [left, right] = [a[at], b[at]]
    if (left === undefined || right === undefined) return left === undefined ? -1 : 1
    const order = compare(rank(left), rank(right)) || (left === null || right === null ? 0 : compare(left, right))
    if (order !== 0) return order
  }
  return 0
}

const rank = (identifier: null | bigint | string): number =>
  identifier === null ? 0 : typeof identifier === 'bigint' ? 1 : 2

const compare = <T>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0)
