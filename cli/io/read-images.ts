import type { BlockWriter } from './block-writer.ts'
import { DocumentReader } from './document-reader.ts'
import { LineReader } from './line-reader.ts'
import { type ImagesReader, nothingRead } from './read-item.ts'

/** So many bytes tell one image a line from a document, whatever stands before its first bracket. */
const tellingBytes = 4096
const byteOrderMark = Buffer.from('\uFEFF')

/**
 * Reads images from a stream, never holding more than a chunk of it: one image a line, or the document
 * `{"images": […]}`. Answers what read them. Throws InvalidInputError with the place for text that is no UTF-8, no JSON or
 * no image, and for an empty stream: no images at all must be said, since an empty file is what a failed export leaves
 * behind.
 */
export const readImages = async (
  chunks: AsyncIterable<Uint8Array>,
  rows: BlockWriter,
  onProgress: () => void,
): Promise<ImagesReader> => {
  let reader: ImagesReader | undefined
  let head = Buffer.alloc(0)
  for await (const chunk of chunks) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
    if (reader === undefined) {
      head = Buffer.concat([head, bytes])
      if (head.length < tellingBytes) continue
      reader = begin(head, rows)
    } else reader.take(bytes)
    onProgress()
  }
  reader ??= begin(head, rows)
  reader.end()
  rows.flush()
  return reader
}

const begin = (head: Buffer, rows: BlockWriter): ImagesReader => {
  const isMarked = head.subarray(0, byteOrderMark.length).equals(byteOrderMark)
  const bytes = isMarked ? head.subarray(byteOrderMark.length) : head
  const text = bytes.toString('utf8')
  if (text.trim() === '' && head.length < tellingBytes) throw nothingRead()
  const reader = isDocument(text) ? new DocumentReader(rows) : new LineReader(rows)
  reader.take(bytes)
  return reader
}

/** True where a text begins as the document does. */
export const isDocument = (text: string): boolean => /^\s*\{\s*"images"\s*:/.test(text)
