import { type Together, takeByPace } from './pace.ts'

/**
 * Of many images that wait for their turn, those that one run can take: a run takes the oldest first and looks at one
 * group more than its pace at most, so that of a million images to delete a few hundred are held and ordered.
 */
export class OldestGroups {
  readonly #pace: number
  #groups: Together[] = []
  /**
   * Of two that are equal the one that was added first comes first, so what was pushed then or later comes too late.
   */
  #tooLateMs = Number.POSITIVE_INFINITY
  constructor(pace: number) {
    this.#pace = pace
  }

  add(size: number, pushedMs: number): void {
    if (pushedMs >= this.#tooLateMs) return
    this.#groups.push({ size, pushedMs })
    const most = this.#pace + 1
    // Ordered only when as many again have come, the work stays linear in what is added but for the order of a few.
    if (this.#groups.length < 2 * most) return
    const inTurn = this.#groups.toSorted((a, b) => (a.pushedMs < b.pushedMs ? -1 : Number(a.pushedMs > b.pushedMs)))
    this.#groups = inTurn.slice(0, most)
    this.#tooLateMs = this.#groups[most - 1]?.pushedMs ?? this.#tooLateMs
  }

  /** How many images a run takes. */
  taken(): number {
    return takeByPace(this.#groups, this.#pace, 0).reduce((sum, group) => sum + group.size, 0)
  }
}
