import {
  type BlockSource,
  blockRows,
  digestBytes,
  type NumberColumn,
  type Relations,
  type StoredBlock,
} from './image-block.ts'

export const wordsOfDigest = digestBytes / Uint32Array.BYTES_PER_ELEMENT

const noRelations: ReadonlyMap<number, Relations> = new Map()

/** All blocks by column, from which rows are copied; a row is named as in ImageTable. */
export class StoredColumns {
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

  /** What the numbers of media types stand for, from 1 on. */
  get mediaTypeNames(): readonly string[] {
    return this.#mediaTypes.names
  }

  /** False where no image of any block has one. */
  has(column: NumberColumn): boolean {
    return this.#numbers[column] !== undefined
  }

  copyDigests(rows: Uint32Array, words: Uint32Array): void {
    let to = 0
    for (let place = 0; place < rows.length; place++) {
      const row = rows[place] as number
      const own = this.#digestWords[Math.floor(row / blockRows)] as Uint32Array
      const from = (row % blockRows) * wordsOfDigest
      for (let word = 0; word < wordsOfDigest; word++) words[to++] = own[from + word] as number
    }
  }

  copyNumbers(column: NumberColumn, rows: Uint32Array, numbers: Float64Array): void {
    const all = this.#numbers[column]
    for (let place = 0; place < rows.length; place++) {
      const row = rows[place] as number
      numbers[place] = all?.[Math.floor(row / blockRows)]?.[row % blockRows] ?? Number.NaN
    }
  }

  copyMediaTypes(rows: Uint32Array, mediaTypes: Uint32Array): void {
    for (let place = 0; place < rows.length; place++) {
      const row = rows[place] as number
      const at = Math.floor(row / blockRows)
      const own = this.#blocks[at]?.mediaTypes[row % blockRows] ?? 0
      mediaTypes[place] = this.#mediaTypes.numberOf(at, own)
    }
  }

  /** The tags of all rows behind each other; where those of each end is put into `tagEnds`. */
  tagsOf(rows: Uint32Array, tagEnds: Uint32Array): string {
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
    return text.toString('latin1', 0, to)
  }

  /** By place among the rows. */
  relationsOf(rows: Uint32Array): ReadonlyMap<number, Relations> {
    if (!this.#related) return noRelations
    const relations = new Map<number, Relations>()
    for (let place = 0; place < rows.length; place++) {
      const row = rows[place] as number
      const found = this.#blocks[Math.floor(row / blockRows)]?.relations.get(row % blockRows)
      if (found !== undefined) relations.set(place, found)
    }
    return relations
  }

  #larger(bytes: number): Buffer {
    const larger = Buffer.allocUnsafeSlow(Math.max(bytes, this.#tagText.length * 2))
    this.#tagText.copy(larger)
    this.#tagText = larger
    return larger
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
