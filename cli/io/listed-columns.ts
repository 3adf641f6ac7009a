import type { Image } from '../../shared/domain/image.ts'
import { refersToAny } from '../../shared/domain/retention/graph/image-graph.ts'
import { isKnown } from '../../shared/domain/retention/listing/known-time.ts'
import type { ListingColumns } from '../../shared/domain/retention/listing/listing.ts'
import { blockRows, tagSeparator } from './image-block.ts'
import type { ListedBlock } from './listed-image.ts'

/**
 * The columns that images of a repository are judged by, from the columns that they stand in: no text of a tag or digest
 * and no date is made for it. The images are in the order of their digests.
 */
export const listedColumns = (blocks: readonly ListedBlock[], images: readonly Image[]): ListingColumns => {
  const order = new Uint32Array(images.length)
  const pushedMs = new Float64Array(images.length)
  const tagCounts = new Uint32Array(images.length)
  let related = false
  for (let place = 0; place < images.length; place++) {
    const row = place % blockRows
    const block = blocks[Math.floor(place / blockRows)] as ListedBlock
    const pushed = block.pushed?.[row] ?? Number.NaN
    order[place] = place
    pushedMs[place] = isKnown(pushed) ? pushed : Number.NEGATIVE_INFINITY
    tagCounts[place] = countTags(block, row)
    related ||= block.mayRefer && refersToAny(images[place] as Image)
  }
  return { pushedMs, tagCounts, related, order }
}

const countTags = ({ tags, tagEnds }: ListedBlock, row: number): number => {
  const start = row === 0 ? 0 : (tagEnds[row - 1] as number)
  const end = tagEnds[row] as number
  let count = start === end ? 0 : 1
  for (let at = start; at < end; at++) if (tags.charCodeAt(at) === tagSeparator) count++
  return count
}
