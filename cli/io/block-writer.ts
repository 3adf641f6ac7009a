import type { Image } from '../../shared/domain/image.ts'
import {
  blockRows,
  digestBytes,
  type ImageBlock,
  type NumberColumn,
  numberColumns,
  type Relations,
  sharedBytes,
  sharedCounts,
  sharedNumbers,
  tagSeparator,
} from './image-block.ts'
import { Names } from './names.ts'

const hexStart = 'sha256:'.length
const separator = String.fromCharCode(tagSeparator)

/**
 * Fills one block after the other. A row is written column by column and counts once it is closed: what an unfinished
 * row left behind is written over.
 */
export class BlockWriter {
  readonly repositoryNames = new Names()
  readonly mediaTypeNames = new Names()
  /** The tags of the block so far; those of the open row begin behind the last closed one. */
  tagText = Buffer.allocUnsafeSlow(blockRows * 16)
  #open = newColumns()
  #size = 0
  #images = 0
  readonly #onBlock: (block: ImageBlock) => void
  constructor(onBlock: (block: ImageBlock) => void) {
    this.#onBlock = onBlock
  }

  /** Images in all blocks. */
  get images(): number {
    return this.#images
  }

  /** Where the digest of the open row goes: the bytes, and the place of its first. */
  get digests(): Uint8Array {
    return this.#open.digests
  }

  get digestStart(): number {
    return this.#size * digestBytes
  }

  /** Where the tags of the open row begin. */
  get tagStart(): number {
    return this.#size === 0 ? 0 : (this.#open.tagEnds[this.#size - 1] ?? 0)
  }

  /** Makes room for so many bytes of tags in the open row. */
  reserveTags(bytes: number): void {
    const wanted = this.tagStart + bytes
    if (wanted <= this.tagText.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(wanted, this.tagText.length * 2))
    this.tagText.copy(larger)
    this.tagText = larger
  }

  /** A number of the open row; what is not set is not known. */
  set(column: NumberColumn, value: number): void {
    this.#open[column] ??= sharedNumbers(blockRows).fill(Number.NaN)
    this.#open[column][this.#size] = value
  }

  /** Closes the row. `mediaType` is the number of its name plus 1, or 0. */
  close(repository: number, mediaType: number, tagEnd: number, place: number, relations?: Relations): void {
    const row = this.#size
    const open = this.#open
    open.repositories[row] = repository
    open.mediaTypes[row] = mediaType
    open.tagEnds[row] = tagEnd
    open.places[row] = place
    if (relations !== undefined) open.relations.set(row, relations)
    this.#size++
    this.#images++
    if (this.#size === blockRows) this.flush()
  }

  /** Forgets the numbers of a row that was not closed. */
  drop(): void {
    for (const column of numberColumns) this.#open[column]?.fill(Number.NaN, this.#size, this.#size + 1)
  }

  add(image: Image, place: number): void {
    Buffer.from(this.digests.buffer).write(image.digest.slice(hexStart), this.digestStart, digestBytes, 'hex')
    const text = image.tags.join(separator)
    this.reserveTags(text.length)
    const tagEnd = this.tagStart + this.tagText.write(text, this.tagStart, 'latin1')
    const mediaType = image.mediaType === undefined ? 0 : this.mediaTypeNames.numberOf(image.mediaType) + 1
    if (image.sizeBytes !== undefined) this.set('sizes', image.sizeBytes)
    if (image.pushedAt !== undefined) this.set('pushed', image.pushedAt.getTime())
    if (image.pulledAt !== undefined) this.set('pulled', image.pulledAt.getTime())
    if (image.createdAt !== undefined) this.set('created', image.createdAt.getTime())
    this.close(this.repositoryNames.numberOf(image.repository), mediaType, tagEnd, place, relationsOf(image))
  }

  /** Hands over what is left. */
  flush(): void {
    if (this.#size === 0) return
    const tagText = sharedBytes(this.tagStart)
    tagText.set(this.tagText.subarray(0, this.tagStart))
    const newRepositories = this.repositoryNames.takeNew()
    const newMediaTypes = this.mediaTypeNames.takeNew()
    this.#onBlock({ ...this.#open, size: this.#size, newRepositories, newMediaTypes, tagText })
    this.#open = newColumns()
    this.#size = 0
  }
}

interface Columns extends Omit<ImageBlock, NumberColumn | 'size' | 'newRepositories' | 'newMediaTypes' | 'tagText'> {
  sizes: Float64Array | undefined
  pushed: Float64Array | undefined
  pulled: Float64Array | undefined
  created: Float64Array | undefined
  readonly relations: Map<number, Relations>
}

const newColumns = (): Columns => ({
  repositories: sharedCounts(blockRows),
  digests: sharedBytes(blockRows * digestBytes),
  tagEnds: sharedCounts(blockRows),
  mediaTypes: sharedCounts(blockRows),
  places: sharedCounts(blockRows),
  sizes: undefined,
  pushed: undefined,
  pulled: undefined,
  created: undefined,
  relations: new Map(),
})

const relationsOf = (image: Image): Relations | undefined => {
  const { children, subject, platform, artifactType, blobs, retaggedAt, seenRunningAt } = image
  const some = children ?? subject ?? platform ?? artifactType ?? blobs ?? retaggedAt ?? seenRunningAt
  if (some === undefined) return undefined
  return {
    ...(children && { children }),
    ...(subject && { subject }),
    ...(platform && { platform }),
    ...(artifactType && { artifactType }),
    ...(blobs && { blobs }),
    ...(retaggedAt && { retaggedAt }),
    ...(seenRunningAt && { seenRunningAt }),
  }
}
