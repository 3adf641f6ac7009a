import type { Digest } from '../../shared/domain/digest.ts'
import type { Blob, Image } from '../../shared/domain/image.ts'
import { digestBytes, type ImageBlock, tagSeparator } from './image-block.ts'

/** What the numbers of a reader stand for. */
export interface BlockSource {
  readonly repositoryNames: readonly string[]
  readonly mediaTypeNames: readonly string[]
}

/** A block with its reader's names, and with its tags as a text: a part of that is made in a tenth of the time. */
export interface ListedBlock extends Omit<ImageBlock, 'tagText'> {
  readonly digests: Buffer
  readonly tags: string
  /** False where certainly no image of the block refers to another. */
  readonly mayRefer: boolean
  readonly source: BlockSource
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
    return this.#block.source.repositoryNames[this.#block.repositories[this.#row] ?? 0] ?? ''
  }

  get digest(): Digest {
    return digestAt(this.#block, this.#row)
  }

  get tags(): readonly string[] {
    return tagsOfText(tagTextAt(this.#block, this.#row))
  }

  get mediaType(): string | undefined {
    return this.#block.source.mediaTypeNames[(this.#block.mediaTypes[this.#row] ?? 0) - 1]
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

  get blobs(): readonly Blob[] | undefined {
    return this.#block.relations.get(this.#row)?.blobs
  }
}

const timeAt = (column: Float64Array | undefined, row: number): Date | undefined => {
  const ms = column?.[row] ?? Number.NaN
  return Number.isNaN(ms) ? undefined : new Date(ms)
}

export const digestAt = ({ digests }: ListedBlock, row: number): Digest =>
  `sha256:${digests.toString('hex', row * digestBytes, (row + 1) * digestBytes)}`

/** The tags of a row, joined. */
const tagTextAt = ({ tags, tagEnds }: ListedBlock, row: number): string =>
  tags.substring(row === 0 ? 0 : (tagEnds[row - 1] ?? 0), tagEnds[row])

const separator = String.fromCharCode(tagSeparator)

const tagsOfText = (text: string): readonly string[] => {
  if (text === '') return []
  return text.includes(separator) ? text.split(separator) : [text]
}
