import type { Image } from '../../image.ts'
import { graphOf, type ImageGraph, refersToAny } from '../graph/image-graph.ts'
import { knownMs } from './known-time.ts'
import { orderByDigest } from './order-by-digest.ts'

/** The images of one repository, ready to be judged. An image is named by its place in the input from here on. */
export interface Listing {
  readonly repository: string
  readonly images: readonly Image[]
  /** The places in the order of digests, so that the order of input cannot matter where an order shows. */
  readonly order: Uint32Array
  /** Push times by place, -Infinity where unknown. */
  readonly pushedMs: Float64Array
  /** 1 by place for images without a tag: whoever goes through a million images by digest meets each far from the last. */
  readonly untagged: Uint8Array
  /** Undefined where no image refers to another. */
  readonly graph: ImageGraph | undefined
}

/** Makes a listing. Throws InvalidInputError when a digest is listed twice. */
export const listingOf = (repository: string, images: readonly Image[]): Listing => {
  const pushedMs = new Float64Array(images.length)
  const untagged = new Uint8Array(images.length)
  let related = false
  for (let place = 0; place < images.length; place++) {
    const image = images[place] as Image
    pushedMs[place] = knownMs(image.pushedAt)
    if (image.tags.length === 0) untagged[place] = 1
    related ||= refersToAny(image)
  }
  const order = orderByDigest(images)
  const graph = related ? graphOf(images) : undefined
  return { repository, images, order, pushedMs, untagged, graph }
}

/** True for an image whose fate is that of a listed subject: keep rules and counts pass it over (retention 22). */
export const isReferrer = (listing: Listing, place: number): boolean =>
  listing.graph !== undefined && (listing.graph.subjects[place]?.length ?? 0) > 0

/** Places in the order of their digests, each once. Linear in the images: it is asked for each of a policy's `rules`. */
export const inOrder = ({ order }: Listing, places: readonly number[]): number[] => {
  const wanted = new Uint8Array(order.length)
  for (const place of places) wanted[place] = 1
  return Array.from(order.filter(place => wanted[place] === 1))
}

/** The tags of an image in one order, whatever the order of input. */
export const orderedTags = (image: Image): readonly string[] =>
  image.tags.length < 2 ? image.tags : [...image.tags].sort()
