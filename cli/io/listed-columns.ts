import type { Image } from '../../shared/domain/image.ts'
import { refersToAny } from '../../shared/domain/retention/graph/image-graph.ts'
import { isKnown } from '../../shared/domain/retention/listing/known-time.ts'
import type { ListingColumns } from '../../shared/domain/retention/listing/listing.ts'
import { orderByStart } from '../../shared/domain/retention/listing/order-by-start.ts'
import { InvalidInputError } from '../../shared/errors.ts'
import { blockRows, digestBytes, tagSeparator } from './image-block.ts'
import { digestAt, type ListedBlock } from './listed-image.ts'

/**
 * The columns that images of a repository are judged by, from the columns that they were read into: no text of a tag
 * or digest and no date is made for it. `images` are those of the rows.
 */
export const listedColumns = (
  images: readonly Image[],
  rows: Uint32Array,
  blockOf: (row: number) => ListedBlock,
): ListingColumns => {
  const pushedMs = new Float64Array(rows.length)
  const tagCounts = new Uint32Array(rows.length)
  let related = false
  for (let place = 0; place < rows.length; place++) {
    const row = (rows[place] as number) % blockRows
    const block = blockOf(rows[place] as number)
    const pushed = block.pushed?.[row] ?? Number.NaN
    pushedMs[place] = isKnown(pushed) ? pushed : Number.NEGATIVE_INFINITY
    tagCounts[place] = countTags(block, row)
    related ||= block.mayRefer && refersToAny(images[place] as Image)
  }
  return { pushedMs, tagCounts, related, order: orderOf(rows, blockOf) }
}

const countTags = ({ tags, tagEnds }: ListedBlock, row: number): number => {
  const start = row === 0 ? 0 : (tagEnds[row - 1] as number)
  const end = tagEnds[row] as number
  let count = start === end ? 0 : 1
  for (let at = start; at < end; at++) if (tags.charCodeAt(at) === tagSeparator) count++
  return count
}

const orderOf = (rows: Uint32Array, blockOf: (row: number) => ListedBlock): Uint32Array => {
  const digestsOf = (place: number): Buffer => blockOf(rows[place] as number).digests
  const startOf = (place: number): number => ((rows[place] as number) % blockRows) * digestBytes
  return orderByStart({
    size: rows.length,
    startOf: place => digestsOf(place).readUIntBE(startOf(place), 3),
    compare: (a, b) => {
      const [startA, startB] = [startOf(a), startOf(b)]
      return digestsOf(a).compare(digestsOf(b), startB, startB + digestBytes, startA, startA + digestBytes)
    },
    onTwice: place => {
      const row = rows[place] as number
      throw new InvalidInputError(`expected each digest once, got ${digestAt(blockOf(row), row % blockRows)} twice`)
    },
  })
}
