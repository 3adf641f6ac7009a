import { type FileHandle, open } from 'node:fs/promises'
import { BlockWriter } from './block-writer.ts'
import { chunkBytes, fileChunks } from './file-chunks.ts'
import { BlockList, ImageTable } from './image-table.ts'
import { LineReader } from './line-reader.ts'
import { isDocument, readImages } from './read-images.ts'
import { type ImagesReader, nothingRead } from './read-item.ts'
import { readSecondPart } from './second-part.ts'

export interface ReadTable {
  readonly table: ImageTable
  /** What an image is called in messages. */
  readonly unit: ImagesReader['unit']
}

type OnProgress = (images: number) => void

/** A smaller file is read before a second thread has started. */
const worthTwoThreads = 32 * 1024 * 1024
const newline = 10

/** All images of a stream. */
export const readStream = async (chunks: AsyncIterable<Uint8Array>, onProgress: OnProgress): Promise<ReadTable> => {
  const list = new BlockList()
  const { unit } = await readInto(list, chunks, onProgress)
  return tableOf([list], unit)
}

/** All images of a file. The second half of a large one with one image a line is read by a thread of its own. */
export const readFileParts = async (
  path: string,
  onProgress: OnProgress,
  worthBytes = worthTwoThreads,
): Promise<ReadTable> => {
  const middle = await middleOf(path, worthBytes)
  if (middle === undefined) return readStream(fileChunks(path), onProgress)
  const [first, second] = [new BlockList(), new BlockList()]
  const part = readSecondPart({ path, start: middle }, block => second.add(block))
  try {
    const reader = await readInto(first, fileChunks(path, 0, middle), images => onProgress(images + second.images))
    second.placesBefore = reader instanceof LineReader ? reader.lines : 0
    await part.done(second.placesBefore)
    return tableOf([first, second], reader.unit)
  } finally {
    await part.stop()
  }
}

const readInto = async (
  list: BlockList,
  chunks: AsyncIterable<Uint8Array>,
  onProgress: OnProgress,
): Promise<ImagesReader> => {
  const rows = new BlockWriter(block => list.add(block))
  return readImages(chunks, rows, () => onProgress(rows.images))
}

/** Lines without an image are what a failed export leaves behind; a document can say that there are none. */
const tableOf = (lists: readonly BlockList[], unit: ImagesReader['unit']): ReadTable => {
  const table = new ImageTable(lists)
  if (unit === 'line' && table.size === 0) throw nothingRead()
  return { table, unit }
}

/** Where the second half of a file begins, at a line; undefined for what is not cut: small files, documents, pipes. */
const middleOf = async (path: string, worthBytes: number): Promise<number | undefined> => {
  const file = await open(path)
  try {
    const info = await file.stat()
    if (!info.isFile() || info.size < worthBytes) return undefined
    const head = await bytesAt(file, 0)
    if (isDocument(head.toString('utf8').replace(/^\uFEFF/, ''))) return undefined
    const half = Math.floor(info.size / 2)
    const end = (await bytesAt(file, half)).indexOf(newline)
    return end < 0 || half + end + 1 >= info.size ? undefined : half + end + 1
  } finally {
    await file.close()
  }
}

const bytesAt = async (file: FileHandle, position: number): Promise<Buffer> => {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(chunkBytes), 0, chunkBytes, position)
  return buffer.subarray(0, bytesRead)
}
