import type { ListedImage, ListedTag, RepositoryListing } from '../ports/registry.ts'

/** Stands before the digest of an image without a tag: greater than every character of a tag, so that those come last. */
const untaggedSign = '~'

/** What a registry lists, in the one order that does not depend on it: tags by the bytes of their names, then images. */
export class SortedListing {
  readonly #tags: readonly ListedTag[]
  readonly #untagged: readonly ListedImage[]
  /** Listed names that can be no tags. */
  readonly unreadable: NonNullable<RepositoryListing['unreadable']>
  readonly described: RepositoryListing['described']

  constructor({ tags, untagged = [], unreadable = [], described }: RepositoryListing) {
    this.described = described
    this.unreadable = unreadable
    this.#tags = tags.toSorted((a, b) => compare(a.tag, b.tag))
    this.#untagged = untagged.toSorted((a, b) => compare(a.digest, b.digest))
  }

  get length(): number {
    return this.#tags.length + this.#untagged.length
  }

  nameAt(place: number): string {
    const tag = this.#tags[place]?.tag
    return tag ?? `${untaggedSign}${this.#untagged[place - this.#tags.length]?.digest ?? untaggedSign}`
  }

  has(name: string): boolean {
    return this.nameAt(this.upTo(name) - 1) === name
  }

  /** How many stand up to a name, itself included. */
  upTo(name: string): number {
    let [low, high] = [0, this.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.nameAt(middle) <= name) low = middle + 1
      else high = middle
    }
    return low
  }

  tags(from: number, to: number): readonly ListedTag[] {
    return this.#tags.slice(from, to)
  }

  untagged(from: number, to: number): readonly ListedImage[] {
    const before = this.#tags.length
    return this.#untagged.slice(Math.max(0, from - before), Math.max(0, to - before))
  }
}

/** A name after which no tag stands. */
export const isPastTags = (name: string): boolean => name.startsWith(untaggedSign)

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b))
