import type { Rule } from '../verdict.ts'

/** Why an image is kept, where a text alone does not say it all. */
export interface Explanation {
  readonly reason: string
  readonly protectedBy: readonly string[]
  /** Figures that only this rule knows, in the words of a decision's facts. */
  readonly facts: readonly string[]
}

/** The rules in the order in which they are reported (retention 2); `none` is what is left. */
const reportOrder: readonly Rule[] = [
  'none',
  'in-use',
  'usage-incomplete',
  'unknown',
  'grace',
  'excluded',
  'keepTags',
  'keepRecent',
  'semver',
  'floating',
  'unusedDays',
  'keepDays',
  'graph',
]

const codes = new Map(reportOrder.map((rule, code) => [rule, code]))
const noCode = 0

/** Which rule keeps each image of a listing, by place: of several, the first in the order of reports. */
export class Marks {
  readonly #codes: Uint8Array
  readonly #reasons: (string | Explanation | undefined)[]
  constructor(size: number) {
    this.#codes = new Uint8Array(size)
    this.#reasons = new Array(size).fill(undefined)
  }

  /** Keeps an image by a rule; a rule that is reported earlier, or came first, stays. */
  keep(place: number, rule: Rule, reason: string | Explanation | undefined): void {
    const code = codes.get(rule) ?? noCode
    const before = this.#codes[place] ?? noCode
    if (before !== noCode && before <= code) return
    this.#codes[place] = code
    this.#reasons[place] = reason
  }

  isKept(place: number): boolean {
    return this.#codes[place] !== noCode
  }

  ruleOf(place: number): Rule {
    return reportOrder[this.#codes[place] ?? noCode] ?? 'none'
  }

  reasonOf(place: number): string | Explanation | undefined {
    return this.#reasons[place]
  }
}
