import { type CountedTag, compareTags } from './counted-tag.ts'
import { Newest } from './newest.ts'

/**
 * The newest images of one count (retention 15): two tags on one image count once, at the higher version. Tags must
 * come image by image, so that one look back finds the image's other tags.
 */
export class NewestImages {
  readonly #newest: Newest<CountedTag>
  #pending: CountedTag | undefined
  constructor(limit: number) {
    this.#newest = new Newest(limit, compareTags)
  }

  offer(tag: CountedTag): void {
    const pending = this.#pending
    if (pending === undefined) this.#pending = tag
    else if (pending.image !== tag.image) {
      this.#newest.offer(pending)
      this.#pending = tag
    } else if (compareTags(tag, pending) > 0) this.#pending = tag
  }

  /** The tags that hold the places, newest first. */
  tags(): readonly CountedTag[] {
    if (this.#pending !== undefined) this.#newest.offer(this.#pending)
    this.#pending = undefined
    return this.#newest.items
  }
}
