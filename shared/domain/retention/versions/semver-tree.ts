import type { SemverRule } from './count-rules.ts'
import type { CountedTag } from './counted-tag.ts'
import { AllBranches, type Branches, type Compare, NewestBranches } from './newest.ts'
import { NewestImages } from './newest-images.ts'
import { compareWholes, type Version, type Whole } from './version.ts'

/** What lies below one minor version: the images of its patches. */
interface Minor {
  add(tag: CountedTag, version: Version): void
  images(): Iterable<number>
}

type Minors = Branches<Whole, Minor>

/**
 * The tree of one group and variant (retention 16): the newest majors, in each the newest minors, in each the newest
 * patches; an absent dimension is unlimited. In a minor an image counts once, as the best that it is there. Among
 * releases, the images of one patch stay or go together; among pre-releases every image is a patch. Tags must come image
 * by image.
 */
export class SemverTree {
  readonly #majors: Branches<Whole, Minors>
  readonly #newMinors: () => Minors
  readonly #newMinor: () => Minor
  constructor(rule: SemverRule, ofPreReleases: boolean, compare: Compare<CountedTag>) {
    this.#majors = branches(rule.majorVersions)
    this.#newMinors = () => branches(rule.minorVersions)
    this.#newMinor = minorOf(rule.patches, ofPreReleases, compare)
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
  limit === undefined ? new AllBranches<Whole, V>() : new NewestBranches<Whole, V>(limit, compareWholes)

const minorOf = (patches: number | undefined, ofPreReleases: boolean, compare: Compare<CountedTag>): (() => Minor) => {
  if (patches === undefined) return () => new AllPatches()
  return ofPreReleases ? () => new NewestPreReleases(patches, compare) : () => new NewestPatches(patches)
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
  #pending: { readonly image: number; readonly version: Version } | undefined
  constructor(limit: number) {
    this.#patches = new NewestBranches(limit, comparePatches)
  }
  add({ image }: CountedTag, version: Version): void {
    if (this.#pending?.image === image && comparePatches(version, this.#pending.version) <= 0) return
    if (this.#pending?.image !== image) this.#count()
    this.#pending = { image, version }
  }
  *images(): Iterable<number> {
    this.#count()
    for (const images of this.#patches.values()) yield* images
  }

  /** Counts the image whose tags are read, at its best patch. */
  #count(): void {
    const pending = this.#pending
    if (pending !== undefined) this.#patches.reach(pending.version, () => [])?.push(pending.image)
    this.#pending = undefined
  }
}

class NewestPreReleases implements Minor {
  readonly #newest: NewestImages
  constructor(limit: number, compare: Compare<CountedTag>) {
    this.#newest = new NewestImages(limit, compare)
  }
  add(tag: CountedTag): void {
    this.#newest.offer(tag)
  }
  *images(): Iterable<number> {
    const { newest, tied } = this.#newest.result()
    for (const { image } of newest) yield image
    for (const { image } of tied) yield image
  }
}

const comparePatches = (a: Version, b: Version): number =>
  compareWholes(a.patch, b.patch) || compareWholes(a.fourth, b.fourth)
