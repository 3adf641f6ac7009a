import type { Image } from '../../image.ts'
import type { JudgedRepository } from '../judged-repository.ts'
import { isReferrer, type Listing } from '../listing/listing.ts'
import { isUntagged } from '../read-tags.ts'
import { type Forest, forestOf } from './forest.ts'
import { type OrderedCount, orderedCounts } from './ordered-counts.ts'

/** The versions of one count with the cut through them, newest first; numbers are places in the listing. */
export interface Section extends Partial<Pick<OrderedCount, 'title' | 'cut'>> {
  /** What the count keeps: above the cut. */
  readonly kept: readonly number[]
  /** What the count does not keep, whether another rule does or not. Of what nothing counts, all. */
  readonly rest: readonly number[]
  /** Both together, newest first. */
  readonly inOrder: readonly number[]
}

/** The images of a repository as people look at them. Each image stands in one place only. */
export interface Layout {
  /** In the order of the counts; what nothing counts comes last. */
  readonly sections: readonly Section[]
  /** What hangs below each: platforms below their index, referrers below what they are about. */
  readonly forest: Forest
  /** The place of each image in the order of decisions. */
  readonly rowOf: (place: number) => number
}

/**
 * Lays out a judged repository: each version in the first count that keeps it, else in the first that counts it, and
 * below it what belongs to it. So no version that is deleted stands above the cut of its section, and none that its
 * count keeps stands below.
 */
export function layoutOf(repository: JudgedRepository): Layout {
  const { listing, graphKeep } = repository
  const sections = sectionsOf(listing, orderedCounts(repository))
  const tops = sections.flatMap(({ kept, rest }) => [...kept, ...rest])
  const { forest, left } = forestOf(listing, tops, place => graphKeep.isKept(place))
  const rows = new Uint32Array(listing.order.length)
  for (const [row, place] of listing.order.entries()) rows[place] = row
  return {
    sections: left.length === 0 ? sections : [...sections, uncounted(left)],
    forest,
    rowOf: place => rows[place] as number,
  }
}

const uncounted = (rest: readonly number[]): Section => ({ kept: [], rest, inOrder: rest })

function sectionsOf(listing: Listing, counts: readonly OrderedCount[]): Section[] {
  const isPlaced = new Uint8Array(listing.images.length)
  const take = (places: readonly number[]): number[] => {
    const taken = places.filter(place => isPlaced[place] === 0)
    for (const place of taken) isPlaced[place] = 1
    return taken
  }
  const kept = counts.map(count => take(count.kept))
  const counted = counts.map(({ title, cut, rest: all, inOrder }, at): Section => {
    const [above, rest] = [kept[at] ?? [], take(all)]
    const own = new Set([...above, ...rest])
    return { title, cut, kept: above, rest, inOrder: inOrder.filter(place => own.has(place)) }
  })
  const others = [...listing.images.keys()].filter(place => isPlaced[place] === 0 && isTop(listing, place))
  const sections: Section[] = [...counted, uncounted(newestFirst(others, listing))]
  return sections.filter(one => one.kept.length + one.rest.length > 0)
}

/** Neither about another image nor an untagged part of one. */
const isTop = (listing: Listing, place: number): boolean =>
  !isReferrer(listing, place) &&
  !(isUntagged(listing.images[place] as Image) && (listing.graph?.parents[place]?.length ?? 0) > 0)

const newestFirst = (places: readonly number[], { pushedMs, images }: Listing): number[] =>
  places.toSorted((a, b) => {
    const [pushedA, pushedB] = [pushedMs[a] as number, pushedMs[b] as number]
    if (pushedA !== pushedB) return pushedA > pushedB ? -1 : 1
    return (images[a] as Image).digest < (images[b] as Image).digest ? -1 : 1
  })
