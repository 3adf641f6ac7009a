import { open, stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import type { Digest } from '../../../../shared/domain/digest.ts'
import { isDigest } from '../../../../shared/domain/digest.ts'
import { findFile, listFolder, moveFile, orAbsent, removeFile, replaceFile } from './files.ts'
import type { StorageLayout } from './layout.ts'

/** The bytes of manifests and blobs, named by their digest and shared by all repositories. */
export class ContentStore {
  readonly #layout: StorageLayout
  constructor(layout: StorageLayout) {
    this.#layout = layout
  }

  /** The caller has made sure that the bytes have this digest. */
  put(digest: Digest, bytes: Uint8Array): Promise<void> {
    return replaceFile(this.#layout.contentFile(digest), bytes, this.#layout.temporary)
  }

  /** Takes a finished file, whose digest the caller has verified, into the store. */
  take(digest: Digest, path: string): Promise<void> {
    return moveFile(path, this.#layout.contentFile(digest))
  }

  find(digest: Digest): Promise<Buffer | undefined> {
    return findFile(this.#layout.contentFile(digest))
  }

  async findSize(digest: Digest): Promise<number | undefined> {
    return (await orAbsent(stat(this.#layout.contentFile(digest))))?.size
  }

  /** Bytes `first` to `last`, both included. Opened before it returns, so that a later removal does not cut the answer. */
  async findStream(digest: Digest, range?: { first: number; last: number }): Promise<ReadableStream | undefined> {
    const file = await orAbsent(open(this.#layout.contentFile(digest)))
    const stream = file?.createReadStream(range ? { start: range.first, end: range.last } : {})
    // Where the console's page is checked, the stream of a browser is another type than Node's.
    return stream && (Readable.toWeb(stream) as ReadableStream)
  }

  async list(): Promise<Digest[]> {
    const folders = await listFolder(this.#layout.content)
    const names = await Promise.all(folders.map(folder => listFolder(`${this.#layout.content}/${folder}`)))
    return names
      .flat()
      .map(hex => `sha256:${hex}` as const)
      .filter(isDigest)
  }

  remove(digest: Digest): Promise<void> {
    return removeFile(this.#layout.contentFile(digest))
  }
}
