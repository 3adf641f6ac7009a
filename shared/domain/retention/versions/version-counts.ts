import type { SemverRule } from '../../policy/policy.ts'
import type { CountedTag } from './counted-tag.ts'
import { NewestImages } from './newest-images.ts'
import { SemverTree } from './semver-tree.ts'
import type { Version } from './version.ts'

/** What versions are counted for: `keepRecent` 0 and an absent `semver` count nothing. */
export interface CountRules {
  readonly keepRecent: number
  readonly semver: SemverRule | undefined
}

/** What tells one count of retention 14 from another. */
export interface CountName {
  readonly group: string | undefined
  readonly variant: string
  readonly kind: 'releases' | 'pre-releases' | 'other tags'
}

/** A count in the words of reasons: `pre-releases of variant alpine of group app`. */
export const countText = ({ kind, variant, group }: CountName): string =>
  [kind, variant === '' ? [] : `of variant ${variant}`, group === undefined ? [] : `of group ${group}`].flat().join(' ')

/** One count with what it keeps. */
export interface Count extends CountName {
  readonly newest: NewestImages
  readonly tree: SemverTree | undefined
}

/** The counts of one variant; other tags have a count of their own per group. */
class VariantCounts {
  readonly releases: Count
  readonly preReleases: Count
  constructor(group: string | undefined, variant: string, rules: CountRules) {
    this.releases = countOf('releases', group, variant, rules)
    this.preReleases = countOf('pre-releases', group, variant, rules)
  }
}

class GroupCounts {
  readonly other: Count
  readonly plain: VariantCounts
  readonly variants = new Map<string, VariantCounts>()
  constructor(group: string | undefined, rules: CountRules) {
    this.other = countOf('other tags', group, '', { ...rules, semver: undefined })
    this.plain = new VariantCounts(group, '', rules)
  }
}

const countOf = (kind: Count['kind'], group: string | undefined, variant: string, rules: CountRules): Count => ({
  group,
  variant,
  kind,
  newest: new NewestImages(rules.keepRecent),
  tree: rules.semver && new SemverTree(rules.semver, kind === 'pre-releases'),
})

/**
 * The counts of one repository: apart by group, by variant, and by class (retention 14), so that development builds
 * never push a release out and `-alpine` never competes with `-slim`. Tags must come image by image.
 */
export class VersionCounts {
  readonly #rules: CountRules
  readonly #groups = new Map<string | undefined, GroupCounts>()
  constructor(rules: CountRules) {
    this.#rules = rules
  }

  add(group: string | undefined, tag: CountedTag): void {
    const counts = this.#groupOf(group)
    if (tag.version === undefined) counts.other.newest.offer(tag)
    else addVersion(this.#countOf(counts, group, tag.version), tag, tag.version)
  }

  /** All counts, by group and variant, whatever the order in which tags came. */
  *inOrder(): Iterable<Count> {
    for (const [, group] of byName(this.#groups)) {
      yield group.other
      for (const variant of [group.plain, ...byName(group.variants).map(([, counts]) => counts)]) {
        yield variant.releases
        yield variant.preReleases
      }
    }
  }

  #groupOf(group: string | undefined): GroupCounts {
    const known = this.#groups.get(group)
    if (known !== undefined) return known
    const counts = new GroupCounts(group, this.#rules)
    this.#groups.set(group, counts)
    return counts
  }

  #countOf(counts: GroupCounts, group: string | undefined, version: Version): Count {
    const variant = version.variant === '' ? counts.plain : this.#variantOf(counts, group, version.variant)
    return version.preRelease.length === 0 ? variant.releases : variant.preReleases
  }

  #variantOf(counts: GroupCounts, group: string | undefined, name: string): VariantCounts {
    const known = counts.variants.get(name)
    if (known !== undefined) return known
    const variant = new VariantCounts(group, name, this.#rules)
    counts.variants.set(name, variant)
    return variant
  }
}

const addVersion = (count: Count, tag: CountedTag, version: Version): void => {
  count.newest.offer(tag)
  count.tree?.add(tag, version)
}

const byName = <T>(map: ReadonlyMap<string | undefined, T>): [string | undefined, T][] =>
  [...map].sort(([a = ''], [b = '']) => (a < b ? -1 : a > b ? 1 : 0))
