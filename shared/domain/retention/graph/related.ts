import type { Listing } from '../listing/listing.ts'
import type { ImageGraph } from './image-graph.ts'

/**
 * Splits places of a listing into those that belong together: an index with its children, a subject with its referrers,
 * through any depth, as far as they are among the places. In the order in which the first of each was given.
 */
export function* relatedAmong({ graph }: Listing, places: readonly number[]): Iterable<readonly number[]> {
  const left = new Set(graph === undefined ? [] : places)
  for (const start of places) {
    if (graph === undefined) yield [start]
    else if (left.delete(start)) yield connectedTo(start, graph, left)
  }
}

/** Takes out of the places that are left what is connected to the first, which stands first. */
const connectedTo = (start: number, graph: ImageGraph, left: Set<number>): readonly number[] => {
  const together = [start]
  // What is found is looked at in its turn.
  for (const place of together)
    for (const near of [graph.children, graph.parents, graph.subjects, graph.referrers])
      for (const neighbour of near[place] ?? []) if (left.delete(neighbour)) together.push(neighbour)
  return together
}
