import type { Image } from '../../shared/domain/image.ts'
import { type Listing, listingOf } from '../../shared/domain/retention/listing/listing.ts'
import { InvalidInputError } from '../../shared/errors.ts'
import { BlockWriter } from './block-writer.ts'
import { Duplicates } from './duplicates.ts'
import { RowGatherer } from './gather-rows.ts'
import { type BlockSource, blockRows, type ImageBlock, type StoredBlock } from './image-block.ts'
import { listedColumns } from './listed-columns.ts'
import { type ListedBlock, ListedImage } from './listed-image.ts'
import { orderRows } from './order-rows.ts'

/** Gathers the blocks of one reader in order. */
export class BlockList {
  readonly source: BlockSource & { repositoryNames: string[]; mediaTypeNames: string[] } = {
    repositoryNames: [],
    mediaTypeNames: [],
  }
  readonly blocks: StoredBlock[] = []
  /** What stands in the file before the images of this reader, in lines. */
  placesBefore = 0

  images = 0

  add(block: ImageBlock): void {
    this.images += block.size
    this.source.repositoryNames.push(...block.newRepositories)
    this.source.mediaTypeNames.push(...block.newMediaTypes)
    this.blocks.push({ ...block, source: this.source })
  }
}

interface Rows {
  readonly start: number
  readonly end: number
}

/**
 * All images of a plan, by column. The images of one repository are objects while it is judged, and those read their
 * columns only when they are asked. A row is the number of its block times the rows of a block, and its place in that.
 */
export class ImageTable {
  readonly #blocks: readonly StoredBlock[]
  readonly #placesBefore: readonly number[]
  /** All rows, those of each repository together. */
  readonly #rows: Uint32Array
  readonly #repositories = new Map<string, Rows>()
  readonly size: number
  constructor(lists: readonly BlockList[]) {
    this.#blocks = lists.flatMap(list => list.blocks)
    this.#placesBefore = lists.flatMap(list => list.blocks.map(() => list.placesBefore))
    this.size = this.#blocks.reduce((sum, block) => sum + block.size, 0)
    this.#rows = this.#groupRows(lists)
  }

  /** A table of images that are at hand. */
  static of(images: Iterable<Image>): ImageTable {
    const list = new BlockList()
    const rows = new BlockWriter(block => list.add(block))
    for (const image of images) rows.add(image, rows.images + 1)
    rows.flush()
    return new ImageTable([list])
  }

  /** The names of all repositories in order. */
  repositories(): string[] {
    return [...this.#repositories.keys()].sort()
  }

  /** In the order of the file. */
  imagesOf(repository: string): Image[] {
    const rows = this.#rowsOf(repository)
    return imagesIn(new RowGatherer(this.#blocks).gather(repository, rows), rows.length)
  }

  /**
   * The images of each repository, in the order of names and then of digests, ready to be judged. A listing is good until
   * the next is asked for, which stands in the same memory; who reads a digest of an earlier one is told so.
   */
  *listings(): Iterable<Listing> {
    const gatherer = new RowGatherer(this.#blocks)
    for (const repository of this.repositories()) {
      const rows = orderRows(this.#rowsOf(repository), this.#blocks)
      const blocks = gatherer.gather(repository, rows)
      const images = imagesIn(blocks, rows.length)
      yield listingOf(repository, images, listedColumns(blocks, images))
    }
  }

  /** Throws InvalidInputError for a tag, and for a digest, that stands twice in a repository. */
  checkDuplicates(unit: string): void {
    const duplicates = new Duplicates(this.#blocks)
    for (const repository of this.#repositories.keys()) {
      const found = duplicates.find(this.#rowsOf(repository))
      if (found === undefined) continue
      const { what, text, row, before } = found
      throw new InvalidInputError(
        `${unit} ${this.#placeOf(row)}: expected each ${what} of ${repository} once, got ${text} again, ` +
          `first on ${unit} ${this.#placeOf(before)}`,
      )
    }
  }

  #rowsOf(repository: string): Uint32Array {
    const { start, end } = this.#repositories.get(repository) ?? { start: 0, end: 0 }
    return this.#rows.subarray(start, end)
  }

  #placeOf(row: number): number {
    const place = this.#blocks[Math.floor(row / blockRows)]?.places[row % blockRows] ?? 0
    return place + (this.#placesBefore[Math.floor(row / blockRows)] ?? 0)
  }

  /** Counts the images of each repository, then puts each row into its part, in the order of the file. */
  #groupRows(lists: readonly BlockList[]): Uint32Array {
    const numbers = new Map<string, number>()
    const numberOf = (name: string): number => {
      const number = numbers.get(name) ?? numbers.size
      numbers.set(name, number)
      return number
    }
    const known = lists.map(({ source }) => Uint32Array.from(source.repositoryNames, numberOf))
    const ownNumbers = lists.flatMap((list, at) => list.blocks.map(() => known[at] as Uint32Array))
    const starts = new Uint32Array(numbers.size + 1)
    this.#eachRow((block, row, at) => {
      const own = ownNumbers[at]?.[block.repositories[row] as number] ?? 0
      starts[own + 1] = (starts[own + 1] as number) + 1
    })
    for (let at = 1; at < starts.length; at++) starts[at] = (starts[at] as number) + (starts[at - 1] as number)
    for (const [name, number] of numbers)
      this.#repositories.set(name, { start: starts[number] ?? 0, end: starts[number + 1] ?? 0 })
    const rows = new Uint32Array(this.size)
    this.#eachRow((block, row, at) => {
      const own = ownNumbers[at]?.[block.repositories[row] as number] ?? 0
      const place = starts[own] as number
      rows[place] = at * blockRows + row
      starts[own] = place + 1
    })
    return rows
  }

  #eachRow(take: (block: StoredBlock, row: number, at: number) => void): void {
    for (const [at, block] of this.#blocks.entries()) for (let row = 0; row < block.size; row++) take(block, row, at)
  }
}

const imagesIn = (blocks: readonly ListedBlock[], size: number): Image[] => {
  const images = new Array<Image>(size)
  for (let place = 0; place < size; place++)
    images[place] = new ListedImage(blocks[Math.floor(place / blockRows)] as ListedBlock, place % blockRows)
  return images
}
