import type { Image } from '../../image.ts'
import { graphOf, type ImageGraph, refersToAny } from '../graph/image-graph.ts'
import { knownMs } from './known-time.ts'
import { orderByDigest } from './order-by-digest.ts'

/** What is read of every image, once: whoever goes through a million images by digest meets each far from the last. */
export interface ListingColumns {
  /** The places in the order of digests, so that the order of input cannot matter where an order shows. */
  readonly order: Uint32Array
  /** Push times by place, -Infinity where unknown. */
  readonly pushedMs: Float64Array
  /** By place, how many tags an image has. */
  readonly tagCounts: Uint32Array
  /** True where an image may refer to another. */
  readonly related: boolean
}

/** The images of one repository, ready to be judged. An image is named by its place in the input from here on. */
export interface Listing extends Omit<ListingColumns, 'related'> {
  readonly repository: string
  readonly images: readonly Image[]
  /** Undefined where no image refers to another. */
  readonly graph: ImageGraph | undefined
}

/** Makes a listing; `columns` is given by who has them. Throws InvalidInputError when a digest is listed twice. */
export const listingOf = (repository: string, images: readonly Image[], columns = columnsOf(images)): Listing => {
  const { order, pushedMs, tagCounts, related } = columns
  return { repository, images, order, pushedMs, tagCounts, graph: related ? graphOf(images) : undefined }
}

const columnsOf = (images: readonly Image[]): ListingColumns => {
  const pushedMs = new Float64Array(images.length)
  const tagCounts = new Uint32Array(images.length)
  let related = false
  for (let place = 0; place < images.length; place++) {
    const image = images[place] as Image
    pushedMs[place] = knownMs(image.pushedAt)
    tagCounts[place] = image.tags.length
    related ||= refersToAny(image)
  }
  return { order: orderByDigest(images), pushedMs, tagCounts, related }
}

/**
 * True for an image that is kept or deleted with a listed subject: keep rules and counts pass it over (retention 22).
 */
export const isReferrer = (listing: Listing, place: number): boolean =>
  listing.graph !== undefined && (listing.graph.subjects[place]?.length ?? 0) > 0

/** True for an image that an index of the listing has as a child. */
export const hasParent = ({ graph }: Listing, place: number): boolean => (graph?.parents[place]?.length ?? 0) > 0

/** Places in the order of their digests, each once. Linear in the images: it is asked for each of a policy's `rules`. */
export const inOrder = ({ order }: Listing, places: readonly number[]): number[] => {
  const wanted = new Uint8Array(order.length)
  for (const place of places) wanted[place] = 1
  return Array.from(order.filter(place => wanted[place] === 1))
}

/** The tags of an image in one order, whatever the order of input. */
export const orderedTags = ({ tags }: Image): readonly string[] => (tags.length < 2 ? tags : [...tags].sort())
