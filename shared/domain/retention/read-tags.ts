import type { Image } from '../image.ts'
import type { Matcher } from './glob.ts'
import type { Reading } from './judging.ts'
import { isReferrer } from './listing/listing.ts'
import type { CountRules } from './versions/count-rules.ts'
import type { GroupedTag } from './versions/group-of.ts'
import { attachedSubject } from './versions/tag-kind.ts'

/** Which tags the policy itself, or one of its `rules`, speaks of. */
export interface Speaking {
  /** Undefined for the policy itself, which speaks of what no rule before it matches. */
  readonly matches: Matcher | undefined
  readonly speaksOfUntagged: boolean
}

/** Who speaks, and what is counted for it. */
export interface CountingSpeaker extends Speaking {
  readonly said: CountRules
  readonly groupOf: ((tag: string) => GroupedTag) | undefined
}

/** What is done with what is read; `speaker` is a place in the list. */
export interface TagSink {
  tag(speaker: number, place: number, tag: string): void
  untagged(speaker: number, place: number): void
}

/**
 * Reads the tags of a repository, image by image: who speaks of each is the first that matches (retention 25). Attached
 * tags and those of referrers are spoken of by nobody (retention 22), and an image with attached tags alone counts as
 * untagged.
 */
export const readTags = (speakers: readonly Speaking[], { listing }: Reading, sink: TagSink): void => {
  const ofUntagged = speakers.findIndex(each => each.speaksOfUntagged)
  const only = speakers.length === 1 && speakers[0]?.matches === undefined
  for (let place = 0; place < listing.images.length; place++) {
    if (isReferrer(listing, place)) continue
    let named = false
    for (const tag of (listing.images[place] as Image).tags) {
      if (attachedSubject(tag) !== undefined) continue
      named = true
      const speaker = only ? 0 : speakerOf(speakers, tag)
      if (speaker >= 0) sink.tag(speaker, place, tag)
    }
    if (!named && ofUntagged >= 0) sink.untagged(ofUntagged, place)
  }
}

const speakerOf = (speakers: readonly Speaking[], tag: string): number =>
  speakers.findIndex(({ matches }) => matches === undefined || matches(tag))

/** True for an image without a tag of its own: none at all, or attached ones alone. */
export const isUntagged = (image: Image): boolean => image.tags.every(tag => attachedSubject(tag) !== undefined)
