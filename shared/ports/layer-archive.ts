import type { Digest } from '../domain/digest.ts'
import type { Blob } from '../domain/image.ts'

/** A config or layer that the archive holds. */
export interface ArchivedBlob {
  readonly sizeBytes: number
  /** It may be gone from then on, unless another image is archived with it before. */
  readonly livesUntil: Date
}

/**
 * Keeps the configs and layers of images before they are deleted, each once by its digest, whatever repositories need it.
 * All throw UnavailableError where the archive does not answer or refuses.
 */
export interface LayerArchive {
  findBlob(digest: Digest): Promise<ArchivedBlob | undefined>
  /** True where it holds the blob; from now on it does so for a whole life. */
  keepBlob(blob: Blob): Promise<boolean>
  /**
   * Takes the bytes as they come, with a few megabytes of them in memory. An entry comes about only of the whole.
   * @throws InvalidInputError where they are more or fewer than the size, or hash to another digest; what reading them throws
   */
  putBlob(blob: Blob, chunks: AsyncIterable<Uint8Array>): Promise<void>
  /** Its bytes from the beginning, read as they are taken, once. NotFoundError where it is not there. */
  openBlob(digest: Digest): Promise<AsyncIterable<Uint8Array>>
}
