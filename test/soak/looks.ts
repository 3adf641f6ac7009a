import type { Digest } from '../../shared/domain/digest.ts'

/**
 * The looks of one sweep at the tags of its repository. What is about to be deleted is asked for its referrers, and then
 * waits for a look that begins after that; whatever comes to it later than this look, no program can see.
 */
export class Looks {
  #begun = 0
  readonly #askedAt = new Map<unknown, number>()

  get isFirst(): boolean {
    return this.#begun === 1
  }

  /** Told of each call to the registry, in front of it. */
  note(name: string, args: readonly unknown[]): void {
    if (name === 'listRepository') this.#begun += 1
    else if (name === 'listReferrers') this.#askedAt.set(args[1], this.#begun)
  }

  /** True when the look that has just begun comes too late for it. */
  isPast(digest: Digest): boolean {
    return (this.#askedAt.get(digest) ?? this.#begun) + 1 < this.#begun
  }
}
