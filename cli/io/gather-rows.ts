import {
  type BlockSource,
  blockRows,
  digestBytes,
  type NumberColumn,
  type Relations,
  type StoredBlock,
} from './image-block.ts'
import { DigestTexts, type ListedBlock } from './listed-image.ts'

/** How tags begin that are about another image. */
const attachedStart = 'sha256-'

const noRelations: ReadonlyMap<number, Relations> = new Map()

const wordsOfDigest = digestBytes / Uint32Array.BYTES_PER_ELEMENT

/**
 * Copies rows of one repository, in any order, into a block of their own. Whoever judges and prints a repository goes
 * through it in the order of its digests, and finds each next image far from the last where they stand as they were
 * read: in a hundred thousand, every look at one waits for the memory. Copying waits less, column by column.
 */
export class RowGatherer {
  readonly #blocks: readonly StoredBlock[]
  readonly #digestWords: readonly Uint32Array[]
  readonly #numbers: Readonly<Record<NumberColumn, readonly (Float64Array | undefined)[] | undefined>>
  readonly #mediaTypes: MediaTypes
  readonly #related: boolean
  /** Tags on their way into a text. */
  #tagText: Buffer = Buffer.allocUnsafeSlow(blockRows * 16)
  constructor(blocks: readonly StoredBlock[]) {
    this.#blocks = blocks
    this.#digestWords = blocks.map(block => new Uint32Array(block.digests.buffer))
    const numbersOf = (column: NumberColumn) =>
      blocks.some(block => block[column] !== undefined) ? blocks.map(block => block[column]) : undefined
    this.#numbers = {
      sizes: numbersOf('sizes'),
      pushed: numbersOf('pushed'),
      pulled: numbersOf('pulled'),
      created: numbersOf('created'),
    }
    this.#mediaTypes = new MediaTypes(blocks)
    this.#related = blocks.some(block => block.relations.size > 0)
  }

  /** `rows` are at most as many as one block has. */
  gather(repository: string, rows: Uint32Array): ListedBlock {
    const { tags, tagEnds } = this.#tagsOf(rows)
    const relations = this.#relationsOf(rows)
    return {
      repository,
      digests: new DigestTexts(this.#digestsOf(rows)),
      tags,
      tagEnds,
      mediaTypes: this.#mediaTypesOf(rows),
      mediaTypeNames: this.#mediaTypes.names,
      sizes: this.#numbersOf('sizes', rows),
      pushed: this.#numbersOf('pushed', rows),
      pulled: this.#numbersOf('pulled', rows),
      created: this.#numbersOf('created', rows),
      mayRefer: relations.size > 0 || tags.includes(attachedStart),
      relations,
    }
  }

  #digestsOf(rows: Uint32Array): Buffer {
    const digests = Buffer.allocUnsafe(rows.length * digestBytes)
    const words = new Uint32Array(digests.buffer, digests.byteOffset, rows.length * wordsOfDigest)
    let to = 0
    for (let place = 0; place < rows.length; place++) {
      const row = rows[place] as number
      const own = this.#digestWords[Math.floor(row / blockRows)] as Uint32Array
      const from = (row % blockRows) * wordsOfDigest
      for (let word = 0; word < wordsOfDigest; word++) words[to++] = own[from + word] as number
    }
    return digests
  }

  #tagsOf(rows: Uint32Array): Pick<ListedBlock, 'tags' | 'tagEnds'> {
    const tagEnds = new Uint32Array(rows.length)
    let text = this.#tagText
    let to = 0
    for (let place = 0; place < rows.length; place++) {
      const row = rows[place] as number
      const { tagText, tagEnds: ends } = this.#blocks[Math.floor(row / blockRows)] as StoredBlock
      const at = row % blockRows
      const start = at === 0 ? 0 : (ends[at - 1] as number)
      const end = ends[at] as number
      if (to + end - start > text.length) text = this.#larger(to + end - start)
      for (let from = start; from < end; from++) text[to++] = tagText[from] as number
      tagEnds[place] = to
    }
    return { tags: text.toString('latin1', 0, to), tagEnds }
  }

  #larger(bytes: number): Buffer {
    const larger = Buffer.allocUnsafeSlow(Math.max(bytes, this.#tagText.length * 2))
    this.#tagText.copy(larger)
    this.#tagText = larger
    return larger
  }

  #mediaTypesOf(rows: Uint32Array): Uint32Array {
    const mediaTypes = new Uint32Array(rows.length)
    for (let place = 0; place < rows.length; place++) {
      const row = rows[place] as number
      const at = Math.floor(row / blockRows)
      mediaTypes[place] = this.#mediaTypes.numberOf(
        at,
        (this.#blocks[at] as StoredBlock).mediaTypes[row % blockRows] ?? 0,
      )
    }
    return mediaTypes
  }

  /** Undefined where no image of any block has one. */
  #numbersOf(column: NumberColumn, rows: Uint32Array): Float64Array | undefined {
    const all = this.#numbers[column]
    if (all === undefined) return undefined
    const numbers = new Float64Array(rows.length)
    for (let place = 0; place < rows.length; place++) {
      const row = rows[place] as number
      numbers[place] = all[Math.floor(row / blockRows)]?.[row % blockRows] ?? Number.NaN
    }
    return numbers
  }

  #relationsOf(rows: Uint32Array): ReadonlyMap<number, Relations> {
    if (!this.#related) return noRelations
    const relations = new Map<number, Relations>()
    for (let place = 0; place < rows.length; place++) {
      const row = rows[place] as number
      const found = this.#blocks[Math.floor(row / blockRows)]?.relations.get(row % blockRows)
      if (found !== undefined) relations.set(place, found)
    }
    return relations
  }
}

/** Media types of all blocks by one number: each reader counts its own. */
class MediaTypes {
  readonly names: string[] = []
  readonly #numbers: readonly Uint32Array[]
  constructor(blocks: readonly StoredBlock[]) {
    const known = new Map<string, number>()
    const numberOf = (name: string): number => {
      const number = known.get(name) ?? this.names.push(name)
      known.set(name, number)
      return number
    }
    const ofSource = new Map<BlockSource, Uint32Array>()
    this.#numbers = blocks.map(({ source }) => {
      const numbers = ofSource.get(source) ?? Uint32Array.from([0, ...source.mediaTypeNames.map(numberOf)])
      ofSource.set(source, numbers)
      return numbers
    })
  }

  /** Of a number of a block; from 1 on, 0 for one that is not known. */
  numberOf(block: number, own: number): number {
    return this.#numbers[block]?.[own] ?? 0
  }
}
