import type { Listing } from '../listing/listing.ts'

/** An image below another, as a line of a tree. */
export interface Part {
  readonly place: number
  /** The image right above it. */
  readonly above: number
  /** Of it and of each above it, from the outermost on: whether it is the last of its like. */
  readonly isLast: readonly boolean[]
}

export interface Forest {
  /** All that hangs below an image, through any depth, each right below what it belongs to. */
  partsOf(place: number): Iterable<Part>
  /** What an image hangs below; undefined for one that stands by itself. */
  aboveOf(place: number): number | undefined
}

const none: readonly number[] = []

/**
 * Hangs the children of indexes and the referrers of subjects below the given images. What belongs to several hangs below
 * one that is kept, if any is. `left` are those that none of these leads to: circles, which only forged data holds.
 */
export function forestOf(
  { images, graph }: Listing,
  tops: readonly number[],
  isKept: (place: number) => boolean,
): { readonly forest: Forest; readonly left: readonly number[] } {
  if (graph === undefined) return { forest: { partsOf: () => [], aboveOf: () => undefined }, left: [] }
  const above = new Map<number, number>()
  const below = new Map<number, readonly number[]>()
  const isHung = new Uint8Array(images.length)
  for (const top of tops) isHung[top] = 1
  const hang = (roots: readonly number[]): void => {
    const queue = [...roots]
    for (const place of queue) {
      const own = [...(graph.children[place] ?? none), ...(graph.referrers[place] ?? none)]
      const taken = [...new Set(own)].filter(one => isHung[one] === 0)
      if (taken.length === 0) continue
      for (const one of taken) {
        isHung[one] = 1
        above.set(one, place)
        queue.push(one)
      }
      below.set(place, taken)
    }
  }
  hang(tops.filter(isKept))
  hang(tops.filter(top => !isKept(top)))
  const left = [...images.keys()].filter(place => isHung[place] === 0)
  return { forest: { partsOf: place => partsOf(place, below), aboveOf: place => above.get(place) }, left }
}

/** Not by recursion: what is pushed decides how deep it is. */
function* partsOf(top: number, below: ReadonlyMap<number, readonly number[]>): Iterable<Part> {
  const partsUnder = (above: number, isLast: readonly boolean[]): Part[] => {
    const places = below.get(above) ?? none
    return places
      .map((place, at) => ({ place, above, isLast: [...isLast, at === places.length - 1].slice(-deepest) }))
      .reverse()
  }
  const stack = partsUnder(top, [])
  for (let part = stack.pop(); part !== undefined; part = stack.pop()) {
    yield part
    // Not spread: a call has no room for the hundred thousand referrers that one image may have.
    for (const under of partsUnder(part.place, part.isLast)) stack.push(under)
  }
}

/** Indexes of indexes are rare, and what is deeper than this is shown as deep as this. */
const deepest = 8
