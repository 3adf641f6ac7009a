import { open, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { algorithms, type ContentDigest, digestsWithHex } from '../content-digest.ts'
import { findFile, listFolder, moveFile, orAbsent, removeFile, replaceFile } from './files.ts'
import type { StorageLayout } from './layout.ts'

/** The bytes of manifests and blobs, named by their digest and shared by all repositories. */
export class ContentStore {
  readonly #layout: StorageLayout
  constructor(layout: StorageLayout) {
    this.#layout = layout
  }

  /** The caller has made sure that the bytes have this digest. */
  put(digest: ContentDigest, bytes: Uint8Array): Promise<void> {
    return replaceFile(this.#layout.contentFile(digest), bytes, this.#layout.temporary)
  }

  /** Takes a finished file, whose digest the caller has verified, into the store. */
  take(digest: ContentDigest, path: string): Promise<void> {
    return moveFile(path, this.#layout.contentFile(digest))
  }

  find(digest: ContentDigest): Promise<Buffer | undefined> {
    return findFile(this.#layout.contentFile(digest))
  }

  async findSize(digest: ContentDigest): Promise<number | undefined> {
    return (await orAbsent(stat(this.#layout.contentFile(digest))))?.size
  }

  /** Bytes `first` to `last`, both included. Opened before it returns, so that a later removal does not cut the answer. */
  async findStream(
    digest: ContentDigest,
    range?: { first: number; last: number },
  ): Promise<ReadableStream | undefined> {
    const file = await orAbsent(open(this.#layout.contentFile(digest)))
    const stream = file?.createReadStream(range ? { start: range.first, end: range.last } : {})
    // Where the console's page is checked, the stream of a browser is another type than Node's.
    return stream && (Readable.toWeb(stream) as ReadableStream)
  }

  async list(): Promise<ContentDigest[]> {
    const folders = algorithms.map(algorithm => this.#layout.contentFolder(algorithm))
    return (await Promise.all(folders.map(listContent))).flat()
  }

  remove(digest: ContentDigest): Promise<void> {
    return removeFile(this.#layout.contentFile(digest))
  }
}

const listContent = async (folder: string): Promise<ContentDigest[]> => {
  const parts = await listFolder(folder)
  const names = await Promise.all(parts.map(part => listFolder(join(folder, part))))
  return names.flat().flatMap(digestsWithHex)
}
