import { isUtf8 } from 'node:buffer'
import { InvalidInputError } from '../../shared/errors.ts'
import { DocumentSplitter } from './document-splitter.ts'
import { withPlace } from './input-place.ts'
import { LineSplitter } from './line-splitter.ts'

/** Cuts a growing text into the JSON texts of its items. */
export interface Splitter {
  /** What an item is called in messages: `line` or `image`. */
  readonly unit: string
  /** Calls back for each item that the text holds so far, with its number from 1 on. */
  take(text: string, item: (json: string, number: number) => void): void
  /** Like {@link take}, for what is left at the end. Throws InvalidInputError where the text is cut off. */
  end(item: (json: string, number: number) => void): void
}

/** Takes an item of a file; see {@link readItems}. */
export type OnItem = (value: unknown, unit: string, number: number) => void

const newline = 10
const shownMax = 80

/**
 * Reads JSON items from a stream, never holding more than one chunk of it: either one item a line, or the document
 * `{"images": […]}`. `onItem` gets each value with what items are called here (`line` or `image`) and its number, and throws
 * InvalidInputError to refuse it.
 * Throws InvalidInputError with the place for text that is no UTF-8 or no JSON, and for an empty stream: no images at
 * all must be said, since an empty file is what a failed export leaves behind.
 */
export const readItems = async (chunks: AsyncIterable<Uint8Array>, onItem: OnItem): Promise<void> => {
  let splitter: Splitter | undefined
  for await (const text of texts(chunks)) {
    splitter ??= splitterFor(text)
    const { unit } = splitter
    splitter.take(text, (json, number) => readItem(json, unit, number, onItem))
  }
  if (splitter === undefined) {
    throw new InvalidInputError('expected {"images": […]} or one image a line, got nothing')
  }
  const { unit } = splitter
  splitter.end((json, number) => readItem(json, unit, number, onItem))
}

const readItem = (json: string, unit: string, number: number, onItem: OnItem): void => {
  try {
    onItem(JSON.parse(json), unit, number)
  } catch (error) {
    if (error instanceof InvalidInputError) throw withPlace(`${unit} ${number}`, error)
    if (!(error instanceof SyntaxError)) throw error
    const shown = JSON.stringify(json.trim().slice(0, shownMax))
    throw new InvalidInputError(`${unit} ${number}: expected an image as JSON, got ${shown}`, { cause: error })
  }
}

const splitterFor = (text: string): Splitter =>
  /^\s*\{\s*"images"\s*:/.test(text) ? new DocumentSplitter() : new LineSplitter()

/** Text in pieces that end where a character does; the first piece is not empty and large enough to tell the form. */
async function* texts(chunks: AsyncIterable<Uint8Array>): AsyncIterable<string> {
  let rest = Buffer.alloc(0)
  let first = true
  for await (const chunk of chunks) {
    const bytes =
      rest.length === 0 ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length) : Buffer.concat([rest, chunk])
    const cut = first && bytes.length < 4096 ? 0 : safeCut(bytes)
    rest = Buffer.from(bytes.subarray(cut))
    if (cut === 0) continue
    yield decode(bytes.subarray(0, cut), first)
    first = false
  }
  const text = decode(rest, first)
  if (text.trim() !== '' || !first) yield text
}

/** Behind the last newline, or, in a long text without one, behind the last whole character. */
const safeCut = (bytes: Buffer): number => {
  const end = bytes.lastIndexOf(newline) + 1
  if (end > 0) return end
  let at = bytes.length
  while (at > 0 && ((bytes[at - 1] ?? 0) & 0b1100_0000) === 0b1000_0000) at--
  return Math.max(at - 1, 0)
}

const decode = (bytes: Buffer, first: boolean): string => {
  if (!isUtf8(bytes)) throw new InvalidInputError('expected UTF-8, got other bytes')
  const text = bytes.toString('utf8')
  return first && text.startsWith('\uFEFF') ? text.slice(1) : text
}
