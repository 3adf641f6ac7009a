import type { Reading, SpokenTags } from './judging.ts'
import { isReferrer, type Listing } from './listing/listing.ts'
import { type CountingSpeaker, readTags } from './read-tags.ts'
import { orderOfTags } from './versions/counted-tag.ts'
import { parseVersion } from './versions/parse-version.ts'
import { isFloating } from './versions/tag-kind.ts'
import { VersionCounts } from './versions/version-counts.ts'

/**
 * What each speaker of a policy speaks of. Tags outside of the scope are neither counted nor floating, but a time rule
 * that speaks of one keeps its image.
 */
export const spokenTagsOf = (speakers: readonly CountingSpeaker[], reading: Reading): readonly SpokenTags[] => {
  const all = speakers.length === 1 && speakers[0]?.matches === undefined
  const spoken = speakers.map(speaker => new Spoken(speaker, reading, all))
  if (all && spoken[0]?.counts === undefined) return spoken
  readTags(speakers, reading, {
    tag: (speaker, place, tag) => spoken[speaker]?.tag(place, tag),
    untagged: (speaker, place) => spoken[speaker]?.image(place),
  })
  return spoken
}

class Spoken implements SpokenTags {
  readonly counts: VersionCounts | undefined
  readonly floating = new Map<number, string>()
  readonly #groupOf: CountingSpeaker['groupOf']
  readonly #reading: Reading
  readonly #listing: Listing
  /** Undefined where it speaks of all images. */
  readonly #places: Uint8Array | undefined
  constructor({ said, groupOf }: CountingSpeaker, reading: Reading, all: boolean) {
    const isCounting = (said.keepRecent ?? 0) > 0 || said.semver !== undefined
    this.#reading = reading
    this.#listing = reading.listing
    this.#groupOf = groupOf
    this.counts = isCounting ? new VersionCounts(said, orderOfTags(reading.listing, reading.nowMs)) : undefined
    this.#places = all ? undefined : new Uint8Array(reading.listing.images.length)
  }

  speaksOf(place: number): boolean {
    return (this.#places === undefined || this.#places[place] === 1) && !isReferrer(this.#listing, place)
  }

  image(place: number): void {
    if (this.#places !== undefined) this.#places[place] = 1
  }

  tag(place: number, tag: string): void {
    this.image(place)
    const { scope } = this.#reading
    if (this.counts === undefined || (scope !== undefined && !scope.covers(this.#listing.repository, tag))) return
    if (isFloating(tag)) {
      const before = this.floating.get(place)
      if (before === undefined || tag < before) this.floating.set(place, tag)
      return
    }
    const grouped = this.#groupOf?.(tag)
    const text = grouped === undefined ? tag : grouped.rest
    this.counts.add(grouped?.group, text, { version: parseVersion(text), image: place })
  }
}
