import type { SemverRule } from '../../policy/policy.ts'
import type { CountedTag } from './counted-tag.ts'
import { AllBranches, type Branches, NewestBranches } from './newest.ts'
import { NewestImages } from './newest-images.ts'
import { compareValues, type Version, type Whole } from './version.ts'

/** What lies below one minor version: the images of its patches. */
interface Minor {
  add(tag: CountedTag, version: Version): void
  images(): Iterable<number>
}

type Minors = Branches<Whole, Minor>

/**
 * The tree of one group and variant (retention 16): the newest majors, in each the newest minors, in each the newest
 * patches; an absent dimension is unlimited. Among releases, the images of one patch stay or go together; among
 * pre-releases every image is a patch.
 */
export class SemverTree {
  readonly #majors: Branches<Whole, Minors>
  readonly #newMinors: () => Minors
  readonly #newMinor: () => Minor
  constructor(rule: SemverRule, ofPreReleases: boolean) {
    this.#majors = branches(rule.majorVersions)
    this.#newMinors = () => branches(rule.minorVersions)
    this.#newMinor = minorOf(rule.patches, ofPreReleases)
  }

  add(tag: CountedTag, version: Version): void {
    const minors = this.#majors.reach(version.major, this.#newMinors)
    minors?.reach(version.minor, this.#newMinor)?.add(tag, version)
  }

  *images(): Iterable<number> {
    for (const minors of this.#majors.values()) {
      for (const minor of minors.values()) yield* minor.images()
    }
  }
}

const branches = <V>(limit: number | undefined): Branches<Whole, V> =>
  limit === undefined ? new AllBranches<Whole, V>() : new NewestBranches<Whole, V>(limit, compareValues)

const minorOf = (patches: number | undefined, ofPreReleases: boolean): (() => Minor) => {
  if (patches === undefined) return () => new AllPatches()
  return ofPreReleases ? () => new NewestPreReleases(patches) : () => new NewestPatches(patches)
}

class AllPatches implements Minor {
  readonly #images: number[] = []
  add(tag: CountedTag): void {
    this.#images.push(tag.image)
  }
  images(): Iterable<number> {
    return this.#images
  }
}

class NewestPatches implements Minor {
  readonly #patches: NewestBranches<Version, number[]>
  constructor(limit: number) {
    this.#patches = new NewestBranches(limit, comparePatches)
  }
  add(tag: CountedTag, version: Version): void {
    this.#patches.reach(version, () => [])?.push(tag.image)
  }
  *images(): Iterable<number> {
    for (const images of this.#patches.values()) yield* images
  }
}

class NewestPreReleases implements Minor {
  readonly #newest: NewestImages
  constructor(limit: number) {
    this.#newest = new NewestImages(limit)
  }
  add(tag: CountedTag): void {
    this.#newest.offer(tag)
  }
  *images(): Iterable<number> {
    for (const tag of this.#newest.tags()) yield tag.image
  }
}

const comparePatches = (a: Version, b: Version): number =>
  compareValues(a.patch, b.patch) || compareValues(a.fourth, b.fourth)
