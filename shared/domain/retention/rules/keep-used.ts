import type { Digest } from '../../digest.ts'
import type { Image } from '../../image.ts'
import type { Workload } from '../../usage.ts'
import { reachUp } from '../graph/image-graph.ts'
import { timeText } from '../listing/known-time.ts'
import { inOrder, type Listing } from '../listing/listing.ts'
import type { RepositoryUsage } from '../usage-index.ts'
import type { Explanation, Keep } from './keep-rule.ts'

/** The workloads that count for one repository. */
export interface Use<W extends Workload> {
  readonly here: RepositoryUsage<W> | undefined
  readonly byBareDigest: ReadonlyMap<string, readonly W[]>
}

/** How a workload is named among what protects, and after the word `used` in a reason. */
export interface Wording<W extends Workload> {
  readonly name: (workload: W) => string
  readonly used: (workload: W) => string
}

/** Keeps what the workloads name, and every index above it, listed or not. */
export const keepUsed = <W extends Workload>(listing: Listing, use: Use<W>, wording: Wording<W>, keep: Keep): void => {
  if (use.here === undefined && use.byBareDigest.size === 0) return
  const used = new Map<number, Explanation>()
  const explained = new Explanations(wording)
  for (let place = 0; place < listing.images.length; place++) {
    const workloads = workloadsOf(listing, place, use)
    if (workloads.length > 0) used.set(place, explained.of(workloads))
  }
  for (const [place, explanation] of used) keep(place, explanation)
  for (const [place, explanation] of usedByMissingChild(listing, use, wording)) {
    keep(place, explanation)
    if (!used.has(place)) used.set(place, explanation)
  }
  keepIndexesAbove(listing, used, keep)
}

/** Where nothing is used by digest, which is usual, no digest is read: it is far from the image, and may be no text yet. */
const workloadsOf = <W extends Workload>({ images }: Listing, place: number, use: Use<W>): readonly Workloads<W>[] => {
  const { here, byBareDigest } = use
  const image = images[place] as Image
  const usesDigests = byBareDigest.size > 0 || (here?.byDigest.size ?? 0) > 0
  let found: readonly Workloads<W>[] = usesDigests ? byDigest(image.digest, use) : nothing
  if (here !== undefined && here.unclear.length > 0) found = withFound(found, here.unclear)
  if (here !== undefined && here.byTag.size > 0)
    for (const tag of image.tags) found = withFound(found, here.byTag.get(tag))
  if (!usesDigests || image.blobs === undefined) return found
  // Some runtimes report the digest of the config as the image that a container runs.
  for (const { digest } of image.blobs) for (const each of byDigest(digest, use)) found = withFound(found, each)
  return found
}

const byDigest = <W extends Workload>(digest: Digest, { here, byBareDigest }: Use<W>): readonly Workloads<W>[] =>
  withFound(withFound<W>(nothing, byBareDigest.get(digest)), here?.byDigest.get(digest))

/** Shared by all images that nothing refers to, which are nearly all. */
const nothing: readonly Workloads<never>[] = []

const withFound = <W extends Workload>(
  found: readonly Workloads<W>[],
  more: Workloads<W> | undefined,
): readonly Workloads<W>[] => (more === undefined ? found : [...found, more])

/** Indexes with a child that runs, and that is not listed itself. */
function* usedByMissingChild<W extends Workload>(
  { graph, images }: Listing,
  use: Use<W>,
  wording: Wording<W>,
): Iterable<[number, Explanation]> {
  if (graph === undefined) return
  for (const [place, { children = [] }] of images.entries()) {
    for (const child of children) {
      if (graph.places.has(child)) continue
      const workloads = byDigest(child, use)
      if (workloads.length > 0) yield [place, explain(workloads.flat(), wording, `${child} below it is used`)]
    }
  }
}

/** What refers by one name, as the index of usage holds it. */
type Workloads<W extends Workload> = readonly W[]

/**
 * Explanations by who uses: a thousand workloads that name a layer of every image are put into words once, and not for
 * each image.
 */
class Explanations<W extends Workload> {
  readonly #wording: Wording<W>
  readonly #numbers = new Map<Workloads<W>, number>()
  readonly #known = new Map<string, Explanation>()
  constructor(wording: Wording<W>) {
    this.#wording = wording
  }

  of(lists: readonly Workloads<W>[]): Explanation {
    const key = [...new Set(lists.map(list => this.#numberOf(list)))].join()
    const explanation = this.#known.get(key) ?? explain(lists.flat(), this.#wording)
    this.#known.set(key, explanation)
    return explanation
  }

  #numberOf(list: Workloads<W>): number {
    const number = this.#numbers.get(list) ?? this.#numbers.size
    this.#numbers.set(list, number)
    return number
  }
}

const explain = <W extends Workload>(workloads: Workloads<W>, wording: Wording<W>, what = 'used'): Explanation => {
  const used = [...new Set(workloads.map(wording.used))].sort()
  const seenMs = workloads.reduce((latest, { lastSeenAt }) => Math.max(latest, lastSeenAt.getTime()), -Infinity)
  const others = used.length - 1
  return {
    reason: `${what} ${used[0]}${others > 0 ? ` and ${others} more` : ''}`,
    protectedBy: [...new Set(workloads.map(wording.name))].sort(),
    facts: Number.isFinite(seenMs) ? [`last seen in use ${timeText(seenMs)}`] : [],
  }
}

const keepIndexesAbove = (listing: Listing, used: ReadonlyMap<number, Explanation>, keep: Keep): void => {
  if (listing.graph === undefined) return
  for (const [place, origin] of reachUp(listing.graph, inOrder(listing, [...used.keys()]))) {
    const below = used.get(origin)
    if (place === origin || below === undefined) continue
    keep(place, { ...below, reason: `${listing.images[origin]?.digest} below it is ${below.reason}` })
  }
}
