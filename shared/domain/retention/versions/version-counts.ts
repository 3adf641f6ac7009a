import type { CountName } from './count-name.ts'
import type { CountRules } from './count-rules.ts'
import type { CountedTag } from './counted-tag.ts'
import type { Compare } from './newest.ts'
import { NewestImages } from './newest-images.ts'
import { SemverTree } from './semver-tree.ts'
import { stemOf } from './stem.ts'

/** One count with what it keeps. */
export interface Count extends CountName {
  readonly newest: NewestImages
  readonly tree: SemverTree | undefined
}

/** The counts of one variant. */
interface VariantCounts {
  readonly releases: Count
  readonly preReleases: Count
}

/** The counts of one group. */
interface GroupCounts {
  readonly plain: VariantCounts
  readonly variants: Map<string, VariantCounts>
  readonly stems: Map<string | undefined, Count>
}

/**
 * The counts of one repository: apart by group, by variant, and by class, other tags by their stem (retention 14), so
 * that development builds never push a release out and `-alpine` never competes with `-slim`. Tags must come image by
 * image.
 */
export class VersionCounts {
  readonly #rules: CountRules
  readonly #compare: Compare<CountedTag>
  readonly #groups = new Map<string | undefined, GroupCounts>()
  constructor(rules: CountRules, compare: Compare<CountedTag>) {
    this.#rules = rules
    this.#compare = compare
  }

  /** Counts a tag of a group by its text, which is what follows the group. */
  add(group: string | undefined, text: string, tag: CountedTag): void {
    const { version } = tag
    const counts = this.#groupOf(group)
    if (version === undefined) {
      this.#stemOf(counts, group, stemOf(text)).newest.offer(tag)
      return
    }
    const variant = version.variant === '' ? counts.plain : this.#variantOf(counts, group, version.variant)
    const count = version.preRelease.length === 0 ? variant.releases : variant.preReleases
    count.newest.offer(tag)
    count.tree?.add(tag, version)
  }

  /** All counts, by group, stem and variant, whatever the order in which tags were added. */
  *inOrder(): Iterable<Count> {
    for (const [, group] of byName(this.#groups)) {
      for (const [, count] of byName(group.stems)) yield count
      for (const variant of [group.plain, ...byName(group.variants).map(([, counts]) => counts)]) {
        yield variant.releases
        yield variant.preReleases
      }
    }
  }

  #groupOf(group: string | undefined): GroupCounts {
    return (
      this.#groups.get(group) ??
      put(this.#groups, group, { plain: this.#variant(group, ''), variants: new Map(), stems: new Map() })
    )
  }

  #stemOf({ stems }: GroupCounts, group: string | undefined, stem: string | undefined): Count {
    return stems.get(stem) ?? put(stems, stem, this.#count({ group, variant: '', kind: 'other tags', stem }))
  }

  #variantOf({ variants }: GroupCounts, group: string | undefined, name: string): VariantCounts {
    return variants.get(name) ?? put(variants, name, this.#variant(group, name))
  }

  #variant(group: string | undefined, variant: string): VariantCounts {
    const name = { group, variant, stem: undefined }
    return {
      releases: this.#count({ ...name, kind: 'releases' }),
      preReleases: this.#count({ ...name, kind: 'pre-releases' }),
    }
  }

  #count(name: CountName): Count {
    const { keepRecent = 0, semver } = this.#rules
    const tree = name.kind !== 'other tags' && semver !== undefined
    return {
      ...name,
      newest: new NewestImages(keepRecent, this.#compare),
      tree: tree ? new SemverTree(semver, name.kind === 'pre-releases', this.#compare) : undefined,
    }
  }
}

const put = <K, V>(map: Map<K, V>, key: K, value: V): V => {
  map.set(key, value)
  return value
}

/** Names in order, the absent one first. */
const byName = <T>(map: ReadonlyMap<string | undefined, T>): [string | undefined, T][] =>
  [...map].sort(([a], [b]) => (a === b ? 0 : a === undefined ? -1 : b === undefined ? 1 : a < b ? -1 : 1))
