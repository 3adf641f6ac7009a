import type { Listing } from './listing/listing.ts'
import type { ObjectNames } from './object-names.ts'
import type { TagScope } from './tag-scope.ts'
import type { TrackedTest } from './tracked-test.ts'
import type { UsageIndex } from './usage-index.ts'
import type { CountName } from './versions/count-name.ts'

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
  /** Undefined where no other namespace tracks anything. */
  readonly tracked: TrackedTest | undefined
  /** True where what nothing keeps is archived, so that what is archived already is judged by what else is known of it. */
  readonly archives: boolean
}

/** One count of retention 14, and the places of the images that it keeps. */
export interface Count extends CountName {
  readonly newest: {
    result(): { readonly newest: readonly CountedPlace[]; readonly tied: readonly CountedPlace[] }
  }
  /** Undefined where no semver window is asked for. */
  readonly tree: { images(): Iterable<number> } | undefined
}

interface CountedPlace {
  readonly image: number
}

/** The images and tags of one repository that one rule set of a policy applies to. */
export interface RuleSetTags {
  appliesTo(place: number): boolean
  /** Undefined where the rule set counts nothing. */
  readonly counts: { inOrder(): Iterable<Count> } | undefined
  /** The floating tag of each image that has one, of several the first in alphabetical order. */
  readonly floating: ReadonlyMap<number, string>
}
