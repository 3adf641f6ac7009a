import type { Reading, RuleSetTags } from './judging.ts'
import { isReferrer, type Listing } from './listing/listing.ts'
import { type CountingRuleSet, readTags } from './read-tags.ts'
import { orderOfTags } from './versions/counted-tag.ts'
import { parseVersion } from './versions/parse-version.ts'
import { isFloating } from './versions/tag-kind.ts'
import { VersionCounts } from './versions/version-counts.ts'

/**
 * What each rule set of a policy applies to. Tags outside of the scope are neither counted nor floating, but a time
 * rule that applies to one keeps its image.
 */
export const ruleSetTagsOf = (ruleSets: readonly CountingRuleSet[], reading: Reading): readonly RuleSetTags[] => {
  const all = ruleSets.length === 1 && ruleSets[0]?.matches === undefined
  const ruleSetTags = ruleSets.map(ruleSet => new Applied(ruleSet, reading, all))
  if (all && ruleSetTags[0]?.counts === undefined) return ruleSetTags
  readTags(ruleSets, reading, {
    tag: (ruleSet, place, tag) => ruleSetTags[ruleSet]?.tag(place, tag),
    untagged: (ruleSet, place) => ruleSetTags[ruleSet]?.image(place),
  })
  return ruleSetTags
}

class Applied implements RuleSetTags {
  readonly counts: VersionCounts | undefined
  readonly floating = new Map<number, string>()
  readonly #groupOf: CountingRuleSet['groupOf']
  readonly #reading: Reading
  readonly #listing: Listing
  /** Undefined where it applies to all images. */
  readonly #places: Uint8Array | undefined
  constructor({ said, groupOf }: CountingRuleSet, reading: Reading, all: boolean) {
    const isCounting = (said.keepRecent ?? 0) > 0 || said.semver !== undefined
    this.#reading = reading
    this.#listing = reading.listing
    this.#groupOf = groupOf
    this.counts = isCounting ? new VersionCounts(said, orderOfTags(reading.listing, reading.nowMs)) : undefined
    this.#places = all ? undefined : new Uint8Array(reading.listing.images.length)
  }

  appliesTo(place: number): boolean {
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
