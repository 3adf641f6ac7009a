import { type Whole, wholeOf } from './version.ts'

const dot = 46

/** Reads the dotted numbers at the beginning of a version one by one; there is no list, since tags come by the million. */
export class NumberReader {
  /** Where the numbers end that were read so far. */
  at: number
  readonly #text: string
  #isFirst = true
  constructor(text: string, start: number) {
    this.#text = text
    this.at = start
  }

  /** The next number; 0 where there is none, and then a dot that something else follows is left where it is. */
  next(): Whole {
    const start = this.#isFirst ? this.at : this.at + 1
    if (!this.#isFirst && this.#text.charCodeAt(this.at) !== dot) return 0
    let end = start
    while (isDigit(this.#text.charCodeAt(end))) end++
    if (end === start) return 0
    this.#isFirst = false
    this.at = end
    return wholeOf(this.#text, start, end)
  }
}

/** True for the code of a decimal digit. */
export const isDigit = (code: number): boolean => code >= 48 && code <= 57
