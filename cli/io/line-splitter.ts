import { InvalidInputError } from '../../shared/errors.ts'
import type { Splitter } from './json-items.ts'

const maxLineLength = 64 * 1024 * 1024

/** One item a line; empty lines are passed over. */
export class LineSplitter implements Splitter {
  readonly unit = 'line'
  #line = 0
  #rest = ''

  take(text: string, item: (json: string, number: number) => void): void {
    let start = 0
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      this.#give(this.#rest + text.slice(start, end), item)
      this.#rest = ''
      start = end + 1
    }
    this.#rest += text.slice(start)
    if (this.#rest.length > maxLineLength) {
      throw new InvalidInputError(`line ${this.#line + 1}: expected at most ${maxLineLength} characters, got more`)
    }
  }

  end(item: (json: string, number: number) => void): void {
    if (this.#rest !== '') this.#give(this.#rest, item)
    this.#rest = ''
  }

  #give(line: string, item: (json: string, number: number) => void): void {
    this.#line++
    if (line.trim() !== '') item(line, this.#line)
  }
}
