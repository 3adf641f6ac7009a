import { isUtf8 } from 'node:buffer'
import { InvalidInputError } from '../../shared/errors.ts'
import type { BlockWriter } from './block-writer.ts'
import { ImageLine } from './image-line.ts'
import { type ImagesReader, ItemError, ItemReader, notUtf8 } from './read-item.ts'

const newline = 10
const maxLineBytes = 64 * 1024 * 1024

/** Reads one image a line; empty lines are passed over. */
export class LineReader implements ImagesReader {
  readonly unit = 'line'
  readonly #line: ImageLine
  readonly #items: ItemReader
  #lines = 0
  /** The pieces of a line whose end has not come. */
  #rest: Buffer[] = []
  #restBytes = 0
  constructor(rows: BlockWriter) {
    this.#line = new ImageLine(rows)
    this.#items = new ItemReader(this.unit, rows)
  }

  /** Lines so far, empty ones included. */
  get lines(): number {
    return this.#lines
  }

  take(bytes: Buffer): void {
    const last = bytes.lastIndexOf(newline) + 1
    if (last > 0) this.#readLines(bytes, this.#readFirst(bytes), last)
    if (last < bytes.length) this.#keep(bytes.subarray(last))
  }

  end(): void {
    if (this.#restBytes > 0) {
      const line = Buffer.concat(this.#rest)
      this.#rest = []
      this.#readLine(line, 0, line.length, isUtf8(line))
    }
  }

  #keep(bytes: Buffer): void {
    this.#rest.push(Buffer.from(bytes))
    this.#restBytes += bytes.length
    if (this.#restBytes <= maxLineBytes) return
    const tooLong = new InvalidInputError(`expected at most ${maxLineBytes} bytes, got more`)
    throw new ItemError(this.unit, this.#lines + 1, tooLong)
  }

  /** Reads the line that began in earlier bytes; answers where the next begins. */
  #readFirst(bytes: Buffer): number {
    if (this.#restBytes === 0) return 0
    const end = bytes.indexOf(newline)
    const line = Buffer.concat([...this.#rest, bytes.subarray(0, end)])
    this.#rest = []
    this.#restBytes = 0
    this.#readLine(line, 0, line.length, isUtf8(line))
    return end + 1
  }

  /** Looks at all bytes at once; only where they are not all UTF-8, each line is looked at, so that the first wrong one is told. */
  #readLines(bytes: Buffer, start: number, last: number): void {
    const isText = isUtf8(bytes.subarray(start, last))
    for (let at = start; at < last; ) {
      const end = bytes.indexOf(newline, at)
      this.#readLine(bytes, at, end, isText || isUtf8(bytes.subarray(at, end)))
      at = end + 1
    }
  }

  #readLine(bytes: Buffer, start: number, end: number, isText: boolean): void {
    if (!isText) throw notUtf8()
    this.#lines++
    if (start === end || this.#line.take(bytes, start, end, this.#lines)) return
    const text = bytes.toString('utf8', start, end)
    if (text.trim() !== '') this.#items.read(text, this.#lines)
  }
}
