import { InvalidInputError } from '../../errors.ts'
import type { Image } from '../image.ts'
import { quoted } from '../repository-name.ts'
import { graphOf, type ImageGraph, refersToAny } from './image-graph.ts'
import { knownMs } from './known-time.ts'
import { orderByDigest } from './order-by-digest.ts'

/** The images of one repository, ready to be judged. An image is named by its place from here on. */
export interface Listing {
  readonly repository: string
  /** Ordered by digest, so that the order of input cannot matter. */
  readonly images: readonly Image[]
  /** Push times by place, -Infinity where unknown. */
  readonly pushedMs: Float64Array
  /** Undefined where no image refers to another. */
  readonly graph: ImageGraph | undefined
}

/** Makes a listing. Throws InvalidInputError when a digest is listed twice, since then nobody knows which one is true. */
export const listingOf = (repository: string, unordered: readonly Image[]): Listing => {
  const images = orderByDigest(unordered)
  const pushedMs = new Float64Array(images.length)
  let before: Image | undefined
  let related = false
  for (let place = 0; place < images.length; place++) {
    const image = images[place] as Image
    pushedMs[place] = knownMs(image.pushedAt)
    if (before?.digest === image.digest) {
      throw new InvalidInputError(`expected each digest once, came ${image.digest} twice in ${quoted(repository)}`)
    }
    related ||= refersToAny(image)
    before = image
  }
  return { repository, images, pushedMs, graph: related ? graphOf(images) : undefined }
}

/** True for an image whose fate is that of a listed subject: keep rules and counts pass it over (retention 22). */
export const isReferrer = (listing: Listing, place: number): boolean =>
  listing.graph !== undefined && (listing.graph.subjects[place]?.length ?? 0) > 0

/** The tags of an image in one order, whatever the order of input. */
export const orderedTags = (image: Image): readonly string[] =>
  image.tags.length < 2 ? image.tags : [...image.tags].sort()
