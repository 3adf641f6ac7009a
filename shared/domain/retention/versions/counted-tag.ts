import type { Digest } from '../../digest.ts'
import { compareVersions, type Version } from './version.ts'

/** One tag as the counts see it: what it says, and the image it says it of. */
export interface CountedTag {
  /** Undefined for a tag that is no version. */
  readonly version: Version | undefined
  /** -Infinity where the push time is unknown, which ranks last. */
  readonly pushedMs: number
  /** The place of the image. */
  readonly image: number
  readonly digest: Digest
}

/**
 * The order of retention 13: below 0 where `a` is older, never 0 for tags of two images. Tags that are no versions go
 * by push time; both tags must be of one class.
 */
export const compareTags = (a: CountedTag, b: CountedTag): number => {
  const order = a.version === undefined || b.version === undefined ? 0 : compareVersions(a.version, b.version)
  if (order !== 0) return order
  if (a.pushedMs !== b.pushedMs) return a.pushedMs < b.pushedMs ? -1 : 1
  if (a.image === b.image) return 0
  return a.digest > b.digest ? -1 : 1
}
