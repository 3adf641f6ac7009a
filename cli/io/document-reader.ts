import { isUtf8 } from 'node:buffer'
import type { BlockWriter } from './block-writer.ts'
import { DocumentSplitter } from './document-splitter.ts'
import { type ImagesReader, ItemReader, notUtf8 } from './read-item.ts'

const newline = 10

/** Reads the document `{"images": […]}`, never holding more of it than the bytes that came last and one image. */
export class DocumentReader implements ImagesReader {
  readonly unit = 'image'
  readonly #items: ItemReader
  readonly #splitter = new DocumentSplitter()
  #rest = Buffer.alloc(0)
  constructor(rows: BlockWriter) {
    this.#items = new ItemReader(this.unit, rows)
  }

  take(bytes: Buffer): void {
    const all = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes])
    const cut = safeCut(all)
    this.#rest = Buffer.from(all.subarray(cut))
    if (cut > 0) this.#read(all.subarray(0, cut))
  }

  end(): void {
    this.#read(this.#rest)
    this.#splitter.end()
  }

  #read(bytes: Buffer): void {
    if (!isUtf8(bytes)) throw notUtf8()
    this.#splitter.take(bytes.toString('utf8'), (json, number) => this.#items.read(json, number))
  }
}

/** Behind the last newline, or, in a long text without one, behind the last whole character. */
const safeCut = (bytes: Buffer): number => {
  const end = bytes.lastIndexOf(newline) + 1
  if (end > 0) return end
  let at = bytes.length
  while (at > 0 && ((bytes[at - 1] ?? 0) & 0b1100_0000) === 0b1000_0000) at--
  return Math.max(at - 1, 0)
}
