import type { Digest } from '../../domain/digest.ts'
import type { ImageRecord, TagRecord } from '../../domain/records/images.ts'
import type { CoveredObject } from '../world/covered-object.ts'

/** One image whose grace is over and which, read afresh, is still to be deleted, with what is deleted with it. */
export interface Deletion {
  readonly image: ImageRecord
  /** To be deleted tags that the policy covers. */
  readonly tags: readonly string[]
  /** What the store says of those that are still there. */
  readonly tagRecords: readonly TagRecord[]
  /** True when the digest is deleted too: every tag on it is to be deleted and nothing that stays needs it. */
  readonly wholeImage: boolean
  /** The Repository objects of the tags to delete. */
  readonly objects: readonly CoveredObject[]
  /** Digests that must be gone before: the indexes that hold it, and its subject. */
  readonly after: readonly Digest[]
  /** The known images whose subject it is. */
  readonly referrers: readonly Digest[]
}
