import type { Image } from '../../shared/domain/image.ts'

/** Rows of a block; the last block of a reader may have fewer. */
export const blockRows = 16_384
export const digestBytes = 32
/** Stands between the tags of one image, and can be in none of them. */
export const tagSeparator = 10

/** What few images have, kept as it came. */
export type Relations = Pick<Image, 'children' | 'subject' | 'blobs' | 'retaggedAt' | 'seenRunningAt'>

/**
 * Some images by column, in memory that threads share: a million of them take a fifth of what as many objects take, so
 * that a plan fits into the memory of a small machine.
 */
export interface ImageBlock {
  readonly size: number
  /** Names that this block is the first of its reader to hold; numbers of names count through all blocks of a reader. */
  readonly newRepositories: readonly string[]
  readonly newMediaTypes: readonly string[]
  /** Numbers of repositories. */
  readonly repositories: Uint32Array
  readonly digests: Uint8Array
  /** The tags of all rows in ASCII, and behind which byte those of each row end. */
  readonly tagText: Uint8Array
  readonly tagEnds: Uint32Array
  /** Numbers of media types from 1 on, 0 for one that is not known. */
  readonly mediaTypes: Uint32Array
  /** NaN for a size or a time that is not known; undefined where none of a block is. Times in milliseconds. */
  readonly sizes: Float64Array | undefined
  readonly pushed: Float64Array | undefined
  readonly pulled: Float64Array | undefined
  readonly created: Float64Array | undefined
  /** The number of each image's line, or of its place in the list. */
  readonly places: Uint32Array
  /** By row. */
  readonly relations: ReadonlyMap<number, Relations>
}

export const sharedNumbers = (rows: number): Float64Array =>
  new Float64Array(new SharedArrayBuffer(rows * Float64Array.BYTES_PER_ELEMENT))

export const sharedCounts = (rows: number): Uint32Array =>
  new Uint32Array(new SharedArrayBuffer(rows * Uint32Array.BYTES_PER_ELEMENT))

export const sharedBytes = (length: number): Uint8Array => new Uint8Array(new SharedArrayBuffer(length))
