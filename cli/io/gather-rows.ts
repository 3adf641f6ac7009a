import { blockRows, digestBytes, type NumberColumn, type Relations, type StoredBlock } from './image-block.ts'
import { DigestTexts, type ListedBlock } from './listed-image.ts'

const wordsOfDigest = digestBytes / Uint32Array.BYTES_PER_ELEMENT

/** How tags begin that are about another image. */
const attachedStart = 'sha256-'

/**
 * Copies some rows of one repository, in their order, into a block of their own. Whoever judges and prints a repository
 * goes through it in the order of its digests, and finds each next image far from the last where they stand as they
 * were read: in a hundred thousand, every look at one waits for the memory.
 */
export const gatherRows = (repository: string, rows: Uint32Array, blocks: readonly StoredBlock[]): ListedBlock => {
  const gathering = { rows, blocks }
  const { tags, tagEnds } = tagsOf(gathering)
  const relations = relationsOf(gathering)
  return {
    repository,
    digests: new DigestTexts(digestsOf(gathering)),
    tags,
    tagEnds,
    mediaTypes: mediaTypesOf(gathering),
    sizes: numbersOf(gathering, 'sizes'),
    pushed: numbersOf(gathering, 'pushed'),
    pulled: numbersOf(gathering, 'pulled'),
    created: numbersOf(gathering, 'created'),
    mayRefer: relations.size > 0 || tags.includes(attachedStart),
    relations,
  }
}

interface Gathering {
  readonly rows: Uint32Array
  readonly blocks: readonly StoredBlock[]
}

const blockOf = (blocks: readonly StoredBlock[], row: number): StoredBlock =>
  blocks[Math.floor(row / blockRows)] as StoredBlock

const digestsOf = ({ rows, blocks }: Gathering): Buffer => {
  const words = new Uint32Array(rows.length * wordsOfDigest)
  let to = 0
  for (const row of rows) {
    const { digestWords } = blockOf(blocks, row)
    const from = (row % blockRows) * wordsOfDigest
    for (let word = 0; word < wordsOfDigest; word++) words[to++] = digestWords[from + word] as number
  }
  return Buffer.from(words.buffer)
}

const tagStart = ({ tagEnds }: StoredBlock, at: number): number => (at === 0 ? 0 : (tagEnds[at - 1] as number))

const tagsOf = ({ rows, blocks }: Gathering): Pick<ListedBlock, 'tags' | 'tagEnds'> => {
  const tagEnds = new Uint32Array(rows.length)
  let length = 0
  for (let place = 0; place < rows.length; place++) {
    const row = rows[place] as number
    const [block, at] = [blockOf(blocks, row), row % blockRows]
    length += (block.tagEnds[at] as number) - tagStart(block, at)
    tagEnds[place] = length
  }
  const text = Buffer.allocUnsafe(length)
  let to = 0
  for (const row of rows) {
    const [block, at] = [blockOf(blocks, row), row % blockRows]
    const end = block.tagEnds[at] as number
    for (let from = tagStart(block, at); from < end; from++) text[to++] = block.tagText[from] as number
  }
  return { tags: text.toString('latin1'), tagEnds }
}

const mediaTypesOf = ({ rows, blocks }: Gathering): (string | undefined)[] => {
  const mediaTypes = new Array<string | undefined>(rows.length)
  for (let place = 0; place < rows.length; place++) {
    const row = rows[place] as number
    const { mediaTypes: numbers, source } = blockOf(blocks, row)
    mediaTypes[place] = source.mediaTypeNames[(numbers[row % blockRows] as number) - 1]
  }
  return mediaTypes
}

const numbersOf = ({ rows, blocks }: Gathering, column: NumberColumn): Float64Array | undefined => {
  let numbers: Float64Array | undefined
  for (let place = 0; place < rows.length; place++) {
    const row = rows[place] as number
    const number = blockOf(blocks, row)[column]?.[row % blockRows] ?? Number.NaN
    if (Number.isNaN(number)) continue
    numbers ??= new Float64Array(rows.length).fill(Number.NaN)
    numbers[place] = number
  }
  return numbers
}

const relationsOf = ({ rows, blocks }: Gathering): Map<number, Relations> => {
  const relations = new Map<number, Relations>()
  for (let place = 0; place < rows.length; place++) {
    const row = rows[place] as number
    const own = blockOf(blocks, row).relations
    const found = own.size === 0 ? undefined : own.get(row % blockRows)
    if (found !== undefined) relations.set(place, found)
  }
  return relations
}
