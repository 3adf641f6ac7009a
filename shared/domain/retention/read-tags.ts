import type { Image } from '../image.ts'
import type { Matcher } from './glob.ts'
import type { Reading } from './judging.ts'
import { isReferrer } from './listing/listing.ts'
import type { CountRules } from './versions/count-rules.ts'
import type { GroupedTag } from './versions/group-of.ts'
import { attachedSubject } from './versions/tag-kind.ts'

/** Which tags the policy itself, or one of its `rules`, applies to. */
export interface AppliesTo {
  /** Undefined for the policy itself, which applies to what no rule before it matches. */
  readonly matches: Matcher | undefined
  readonly appliesToUntagged: boolean
}

/** What a rule set applies to, and what is counted for it. */
export interface CountingRuleSet extends AppliesTo {
  readonly said: CountRules
  readonly groupOf: ((tag: string) => GroupedTag) | undefined
}

/** What is done with what is read; `ruleSet` is its place in the list. */
export interface TagSink {
  tag(ruleSet: number, place: number, tag: string): void
  untagged(ruleSet: number, place: number): void
}

/**
 * Reads the tags of a repository, image by image: the first rule set that matches applies to a tag (retention 25). None
 * applies to attached tags and those of referrers (retention 22), and an image with attached tags alone counts as
 * untagged.
 */
export const readTags = (ruleSets: readonly AppliesTo[], { listing }: Reading, sink: TagSink): void => {
  const ofUntagged = ruleSets.findIndex(each => each.appliesToUntagged)
  const only = ruleSets.length === 1 && ruleSets[0]?.matches === undefined
  for (let place = 0; place < listing.images.length; place++) {
    if (isReferrer(listing, place)) continue
    let named = false
    for (const tag of (listing.images[place] as Image).tags) {
      if (attachedSubject(tag) !== undefined) continue
      named = true
      const ruleSet = only ? 0 : ruleSetOf(ruleSets, tag)
      if (ruleSet >= 0) sink.tag(ruleSet, place, tag)
    }
    if (!named && ofUntagged >= 0) sink.untagged(ofUntagged, place)
  }
}

const ruleSetOf = (ruleSets: readonly AppliesTo[], tag: string): number =>
  ruleSets.findIndex(({ matches }) => matches === undefined || matches(tag))

/** True for an image without a tag of its own: none at all, or attached ones alone. */
export const isUntagged = (image: Image): boolean => image.tags.every(tag => attachedSubject(tag) !== undefined)
