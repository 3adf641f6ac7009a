import { type Whole, wholeOf } from './version.ts'

const dot = 46

/** Reads the dotted numbers at the beginning of a version one by one; there is no list, since tags come by the million. */
export class NumberReader {
  /** Where the numbers end that were read so far. */
  at: number
  /** False once a number was missing: at the start, or behind a dot. */
  isSound = true
  readonly #text: string
  readonly #start: number
  constructor(text: string, start: number) {
    this.#text = text
    this.#start = start
    this.at = start
  }

  /** The next number; 0 where there is none. */
  next(): Whole {
    const isFirst = this.at === this.#start
    if (!isFirst && this.#text.charCodeAt(this.at) !== dot) return 0
    const start = isFirst ? this.at : this.at + 1
    let end = start
    while (isDigit(this.#text.charCodeAt(end))) end++
    this.at = end
    if (end > start) return wholeOf(this.#text, start, end)
    this.isSound = false
    return 0
  }
}

/** True for the code of a decimal digit. */
export const isDigit = (code: number): boolean => code >= 48 && code <= 57
