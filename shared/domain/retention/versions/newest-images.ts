import type { CountedTag } from './counted-tag.ts'
import { type Compare, Newest } from './newest.ts'

/**
 * The newest images of one count, and all that are equal to the last of these (retention 15): two tags on one image
 * count once, at the higher version. Tags must come image by image, so that one look back finds the image's other tags.
 */
export class NewestImages {
  readonly #newest: Newest<CountedTag>
  readonly #compare: Compare<CountedTag>
  #pending: CountedTag | undefined
  constructor(limit: number, compare: Compare<CountedTag>) {
    this.#newest = new Newest(limit, compare)
    this.#compare = compare
  }

  offer(tag: CountedTag): void {
    const pending = this.#pending
    if (pending === undefined) this.#pending = tag
    else if (pending.image !== tag.image) {
      this.#newest.offer(pending)
      this.#pending = tag
    } else if (this.#compare(tag, pending) > 0) this.#pending = tag
  }

  /** The tags of the newest images, and of those that tie for the last places. */
  result(): ReturnType<Newest<CountedTag>['result']> {
    if (this.#pending !== undefined) this.#newest.offer(this.#pending)
    this.#pending = undefined
    return this.#newest.result()
  }
}
