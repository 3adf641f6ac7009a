import { blockRows, digestBytes, type NumberColumn, type StoredBlock } from './image-block.ts'
import { DigestTexts, type ListedBlock } from './listed-image.ts'
import { StoredColumns, wordsOfDigest } from './stored-columns.ts'

/** How tags begin that are about another image. */
const attachedStart = 'sha256-'

/**
 * Copies rows of one repository, in any order, into blocks of their own. Whoever judges and prints a repository goes
 * through it in the order of its digests, and finds each next image far from the last where they stand as they were
 * read: in a hundred thousand, every look at one waits for the memory. Copying waits less, column by column.
 *
 * Blocks are good until the next are asked for, which stand in the same memory.
 */
export class RowGatherer {
  readonly #stored: StoredColumns
  readonly #places: Scratch[] = []
  #last: readonly ListedBlock[] = []
  constructor(blocks: readonly StoredBlock[]) {
    this.#stored = new StoredColumns(blocks)
  }

  gather(repository: string, rows: Uint32Array): readonly ListedBlock[] {
    for (const { digests } of this.#last) digests.end()
    const blocks: ListedBlock[] = []
    for (let start = 0; start < rows.length; start += blockRows) {
      const place = this.#places[blocks.length] ?? newScratch()
      this.#places[blocks.length] = place
      blocks.push(this.#gatherInto(place, repository, rows.subarray(start, start + blockRows)))
    }
    this.#last = blocks
    return blocks
  }

  #gatherInto(place: Scratch, repository: string, rows: Uint32Array): ListedBlock {
    const { tagEnds, mediaTypes } = place
    this.#stored.copyDigests(rows, place.digestWords)
    this.#stored.copyMediaTypes(rows, mediaTypes)
    const tags = this.#stored.tagsOf(rows, tagEnds)
    const relations = this.#stored.relationsOf(rows)
    return {
      repository,
      digests: new DigestTexts(place.digests.subarray(0, rows.length * digestBytes)),
      tags,
      tagEnds,
      mediaTypes,
      mediaTypeNames: this.#stored.mediaTypeNames,
      sizes: this.#numbersOf('sizes', rows, place),
      pushed: this.#numbersOf('pushed', rows, place),
      pulled: this.#numbersOf('pulled', rows, place),
      created: this.#numbersOf('created', rows, place),
      mayRefer: relations.size > 0 || tags.includes(attachedStart),
      relations,
    }
  }

  /** Undefined where no image of any block has one. */
  #numbersOf(column: NumberColumn, rows: Uint32Array, place: Scratch): Float64Array | undefined {
    if (!this.#stored.has(column)) return undefined
    place[column] ??= new Float64Array(blockRows)
    this.#stored.copyNumbers(column, rows, place[column])
    return place[column]
  }
}

/** Where the rows of a block are copied to. */
interface Scratch extends Partial<Record<NumberColumn, Float64Array>> {
  readonly digests: Buffer
  /** The same memory by four bytes: so it is copied in a quarter of the time. */
  readonly digestWords: Uint32Array
  readonly tagEnds: Uint32Array
  readonly mediaTypes: Uint32Array
}

const newScratch = (): Scratch => {
  const digestWords = new Uint32Array(blockRows * wordsOfDigest)
  const digests = Buffer.from(digestWords.buffer)
  return { digests, digestWords, tagEnds: new Uint32Array(blockRows), mediaTypes: new Uint32Array(blockRows) }
}
