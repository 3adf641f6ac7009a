import type { Digest } from '../../shared/domain/digest.ts'
import type { Image } from '../../shared/domain/image.ts'

/** Rows of a block; the last block of a reader may have fewer. */
export const blockRows = 16_384
export const digestBytes = 32
/** Stands between the tags of one image, and can be in none of them. */
export const tagSeparator = 10

/** What few images have, kept as it came. */
export type Relations = Pick<
  Image,
  'children' | 'subject' | 'platform' | 'artifactType' | 'blobs' | 'retaggedAt' | 'seenRunningAt'
>

export const numberColumns = ['sizes', 'pushed', 'pulled', 'created'] as const
export type NumberColumn = (typeof numberColumns)[number]

/** NaN for a size or a time that is not known; undefined where none of a block is. Times in milliseconds. */
export type NumberColumns = { readonly [column in NumberColumn]?: Float64Array | undefined }

/**
 * Some images by column, in memory that threads share: a million of them take a fifth of what as many objects take, so
 * that a plan fits into the memory of a small machine.
 */
export interface ImageBlock extends NumberColumns {
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
  /** The number of each image's line, or of its place in the list. */
  readonly places: Uint32Array
  /** By row. */
  readonly relations: ReadonlyMap<number, Relations>
}

/** What the numbers of a reader stand for. */
export interface BlockSource {
  readonly repositoryNames: readonly string[]
  readonly mediaTypeNames: readonly string[]
}

/** A block with its reader's names. */
export interface StoredBlock extends ImageBlock {
  readonly source: BlockSource
}

/** The text of the digest whose bytes begin there. */
export const digestTextAt = (digests: Uint8Array, start: number): Digest =>
  `sha256:${Buffer.from(digests.buffer, digests.byteOffset + start, digestBytes).toString('hex')}`

export const sharedNumbers = (rows: number): Float64Array =>
  new Float64Array(new SharedArrayBuffer(rows * Float64Array.BYTES_PER_ELEMENT))

export const sharedCounts = (rows: number): Uint32Array =>
  new Uint32Array(new SharedArrayBuffer(rows * Uint32Array.BYTES_PER_ELEMENT))

export const sharedBytes = (length: number): Uint8Array => new Uint8Array(new SharedArrayBuffer(length))
