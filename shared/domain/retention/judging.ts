import type { Listing } from './listing/listing.ts'
import type { ObjectNames } from './object-names.ts'
import type { TagScope } from './tag-scope.ts'
import type { UsageIndex } from './usage-index.ts'

/** One repository and what its tags are read by. */
export interface Reading {
  readonly listing: Listing
  readonly nowMs: number
  readonly scope: TagScope | undefined
}

/** One repository that is judged, and what is known beside its listing. */
export interface Judging extends Reading {
  readonly usage: UsageIndex
  readonly objectNames: ObjectNames | undefined
}
