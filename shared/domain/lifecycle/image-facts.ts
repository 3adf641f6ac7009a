import type { ImageRecord } from '../records/images.ts'

type OfItsLife =
  | 'archivedBy'
  | 'firstSeenAt'
  | 'stage'
  | 'mark'
  | 'markedFor'
  | 'deletion'
  | 'begunBy'
  | 'begun'
  | 'goneAt'

/** What a registry says of an image, without its life cycle here. */
export type ImageFacts = Omit<ImageRecord, OfItsLife | 'change' | 'number' | 'unclear'>

/** What a record says of the image itself. */
export function factsIn(record: ImageRecord): ImageFacts {
  const { archivedBy: _a, firstSeenAt: _f, stage: _s, mark: _m, markedFor: _o, deletion: _d, ...rest } = record
  const { begunBy: _b, begun: _e, goneAt: _g, change: _c, number: _n, unclear: _u, ...facts } = rest
  return facts
}
