import type { Explanation, Keep } from './rules/keep-rule.ts'

const kept = 1

/**
 * Which rule keeps each image of a listing, by place: of several, the first in the order of reports (retention 2), and
 * of one rule the reason that came first. Rules are named by their place in that order.
 */
export class Keeps {
  readonly #codes: Uint8Array
  readonly #reasons: (string | Explanation | undefined)[]
  constructor(size: number) {
    this.#codes = new Uint8Array(size)
    this.#reasons = new Array(size).fill(undefined)
  }

  /** What a rule keeps with. */
  by(rule: number): Keep {
    const code = rule + kept
    return (place, reason) => {
      const before = this.#codes[place] as number
      if (before !== 0 && before <= code) return
      this.#codes[place] = code
      this.#reasons[place] = reason
    }
  }

  isKept(place: number): boolean {
    return this.#codes[place] !== 0
  }

  /** The place of the rule in the order of reports; undefined where no rule keeps the image. */
  ruleOf(place: number): number | undefined {
    const code = this.#codes[place] ?? 0
    return code === 0 ? undefined : code - kept
  }

  reasonOf(place: number): string | Explanation | undefined {
    return this.#reasons[place]
  }
}
