import type { Digest } from '../../shared/domain/digest.ts'
import type { Blob, Image } from '../../shared/domain/image.ts'
import { digestBytes, digestTextAt, type NumberColumns, type Relations, tagSeparator } from './image-block.ts'

/** Some images of one repository by column, a row for each: what is read one after the other stands so. */
export interface ListedBlock extends NumberColumns {
  readonly repository: string
  readonly digests: DigestTexts
  /** The tags of all rows: a part of a text is made in a tenth of the time that the same part of bytes takes. */
  readonly tags: string
  /** Behind which character the tags of each row end. */
  readonly tagEnds: Uint32Array
  /** Numbers of media types from 1 on, 0 for one that is not known. */
  readonly mediaTypes: Uint32Array
  readonly mediaTypeNames: readonly string[]
  /** False where certainly no image of the block refers to another. */
  readonly mayRefer: boolean
  /** By row. */
  readonly relations: ReadonlyMap<number, Relations>
}

/**
 * An image that reads its columns when it is asked: of a hundred thousand that are judged together, each takes 40 bytes.
 * Spreading it copies nothing.
 */
export class ListedImage implements Image {
  readonly #block: ListedBlock
  readonly #row: number
  constructor(block: ListedBlock, row: number) {
    this.#block = block
    this.#row = row
  }

  get repository(): string {
    return this.#block.repository
  }

  get digest(): Digest {
    return this.#block.digests.at(this.#row)
  }

  get tags(): readonly string[] {
    return tagsOfText(tagTextAt(this.#block, this.#row))
  }

  get mediaType(): string | undefined {
    return this.#block.mediaTypeNames[(this.#block.mediaTypes[this.#row] ?? 0) - 1]
  }

  get sizeBytes(): number | undefined {
    const size = this.#block.sizes?.[this.#row] ?? Number.NaN
    return Number.isNaN(size) ? undefined : size
  }

  get pushedAt(): Date | undefined {
    return timeAt(this.#block.pushed, this.#row)
  }

  get pulledAt(): Date | undefined {
    return timeAt(this.#block.pulled, this.#row)
  }

  get createdAt(): Date | undefined {
    return timeAt(this.#block.created, this.#row)
  }

  get retaggedAt(): Date | undefined {
    return this.#block.relations.get(this.#row)?.retaggedAt
  }

  get seenRunningAt(): Date | undefined {
    return this.#block.relations.get(this.#row)?.seenRunningAt
  }

  get children(): readonly Digest[] | undefined {
    return this.#block.relations.get(this.#row)?.children
  }

  get subject(): Digest | undefined {
    return this.#block.relations.get(this.#row)?.subject
  }

  get platform(): string | undefined {
    return this.#block.relations.get(this.#row)?.platform
  }

  get artifactType(): string | undefined {
    return this.#block.relations.get(this.#row)?.artifactType
  }

  get blobs(): readonly Blob[] | undefined {
    return this.#block.relations.get(this.#row)?.blobs
  }
}

const wordedTogether = 1024
const hexDigits = 2 * digestBytes

/**
 * The texts of digests in bytes. Who goes through them in order has many worded by one call, which takes a fifth of the
 * time; who takes one here and one there has each worded alone.
 */
export class DigestTexts {
  readonly #bytes: Buffer
  #hex = ''
  #first = 0
  #isOver = false
  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  /** Throws once what the bytes stand for has ended. */
  at(row: number): Digest {
    if (this.#isOver) throw new Error('expected an image of the repository at hand, got one of a repository before it')
    if (row % wordedTogether === 0) this.#wordFrom(row)
    const start = (row - this.#first) * hexDigits
    if (start >= 0 && start < this.#hex.length) return `sha256:${this.#hex.substring(start, start + hexDigits)}`
    return digestTextAt(this.#bytes, row * digestBytes)
  }

  /** The memory of the bytes is used for others from now on. */
  end(): void {
    this.#isOver = true
  }

  #wordFrom(row: number): void {
    if (this.#first === row && this.#hex !== '') return
    this.#first = row
    this.#hex = this.#bytes.toString('hex', row * digestBytes, (row + wordedTogether) * digestBytes)
  }
}

const timeAt = (column: Float64Array | undefined, row: number): Date | undefined => {
  const ms = column?.[row] ?? Number.NaN
  return Number.isNaN(ms) ? undefined : new Date(ms)
}

/** The tags of a row, joined. */
const tagTextAt = ({ tags, tagEnds }: ListedBlock, row: number): string =>
  tags.substring(row === 0 ? 0 : (tagEnds[row - 1] ?? 0), tagEnds[row])

const separator = String.fromCharCode(tagSeparator)

const tagsOfText = (text: string): readonly string[] => {
  if (text === '') return []
  return text.includes(separator) ? text.split(separator) : [text]
}
