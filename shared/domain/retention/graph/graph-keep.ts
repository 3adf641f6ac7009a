import type { Listing } from '../listing/listing.ts'
import type { ImageGraph } from './image-graph.ts'

const weak = 1
const strong = 2

/**
 * Which images are kept once the graph counts (retention 21, 22). An image is kept for a reason of its own, which children
 * and subjects inherit, or only because one of its subjects is kept, which its own subjects do not inherit:
 *
 * - whatever is kept keeps its children (as a reason of theirs) and its referrers (as none of theirs);
 * - what is kept for a reason of its own keeps its subjects too, for the same reason;
 * - at some registries an untagged child keeps its index, see {@link anchor}.
 *
 * Every image changes at most twice, so the work is linear in images and references; cycles end by themselves.
 */
export class GraphKeep {
  readonly #states: Uint8Array
  readonly #reached: Uint8Array
  /** Kept, and nothing else for their sake. */
  readonly #alone = new Set<number>()
  readonly #graph: ImageGraph | undefined
  readonly #tagCounts: Listing['tagCounts']
  /** By index, the children that stay because of it. */
  readonly #anchored = new Map<number, number[]>()
  /** Set while {@link anchor} asks for it. */
  #newlyKept: number[] | undefined
  constructor(listing: Listing) {
    this.#tagCounts = listing.tagCounts
    this.#states = new Uint8Array(listing.images.length)
    this.#reached = new Uint8Array(listing.images.length)
    this.#graph = listing.graph
  }

  /** Keeps images for a reason of their own, and what follows from that. */
  keep(seeds: Iterable<number>): void {
    const changed: number[] = []
    for (const seed of seeds) {
      if (this.#states[seed] === strong) continue
      this.#states[seed] = strong
      changed.push(seed)
    }
    if (this.#graph !== undefined) this.#spread(this.#graph, changed)
  }

  /**
   * For a registry that lets nothing stay to which neither a tag nor an index leads: an untagged child that stays keeps
   * the indexes above it, where none of them stays already. Called after everything else is kept.
   */
  anchor(): void {
    const graph = this.#graph
    if (graph === undefined) return
    const isLone = (place: number) => this.#isWithoutIndex(place, graph)
    for (let lone = [...graph.parents.keys()].filter(isLone); lone.length > 0; ) {
      const changed: number[] = []
      // What is kept stays so: after this round only what came to be kept in it can be without an index.
      this.#newlyKept = []
      for (const child of lone) {
        const indexes = graph.parents[child] ?? []
        for (const index of indexes) this.#noteAnchor(index, child)
        this.#raise(indexes, strong, changed)
      }
      this.#spread(graph, changed)
      lone = this.#newlyKept.filter(isLone)
    }
    this.#newlyKept = undefined
  }

  /** Keeps an image and nothing that it refers to, or that refers to it. Called after everything else is kept. */
  keepAlone(place: number): void {
    this.#alone.add(place)
  }

  #isWithoutIndex(place: number, { parents }: ImageGraph): boolean {
    const indexes = parents[place] ?? []
    return (
      indexes.length > 0 &&
      this.#tagCounts[place] === 0 &&
      this.isKept(place) &&
      !indexes.some(index => this.isKept(index))
    )
  }

  #noteAnchor(index: number, child: number): void {
    const children = this.#anchored.get(index)
    if (children) children.push(child)
    else this.#anchored.set(index, [child])
  }

  /** The children that an index stays for, see {@link anchor}. */
  anchoredBy(place: number): readonly number[] {
    return this.#anchored.get(place) ?? []
  }

  isKept(place: number): boolean {
    return this.#states[place] !== 0 || this.#alone.has(place)
  }

  /** True for an image that some other kept image keeps, whether or not it has a reason of its own. */
  isNeeded(place: number): boolean {
    return this.#reached[place] === 1
  }

  /** The kept images that keep this one: indexes above it, subjects of it, and referrers of it with a reason of their own. */
  keepersOf(place: number): readonly number[] {
    const graph = this.#graph
    if (graph === undefined) return []
    const keepers = [
      ...(graph.parents[place] ?? []),
      ...(graph.subjects[place] ?? []),
      ...(graph.referrers[place] ?? []).filter(referrer => this.#states[referrer] === strong),
    ]
    return [...new Set(keepers)].filter(keeper => this.#states[keeper] !== 0)
  }

  #spread(graph: ImageGraph, changed: number[]): void {
    for (let place = changed.pop(); place !== undefined; place = changed.pop()) {
      this.#raise(graph.children[place], strong, changed)
      this.#raise(graph.referrers[place], weak, changed)
      if (this.#states[place] === strong) this.#raise(graph.subjects[place], strong, changed)
    }
  }

  #raise(places: readonly number[] | undefined, state: number, changed: number[]): void {
    for (const place of places ?? []) {
      this.#reached[place] = 1
      if ((this.#states[place] ?? strong) >= state) continue
      if (this.#states[place] === 0) this.#newlyKept?.push(place)
      this.#states[place] = state
      changed.push(place)
    }
  }
}
