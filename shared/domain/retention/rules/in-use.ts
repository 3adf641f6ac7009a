import type { Digest } from '../../digest.ts'
import { sourceText, type Workload } from '../../usage.ts'
import { reachUp } from '../graph/image-graph.ts'
import type { Judging } from '../judging.ts'
import { timeText } from '../listing/known-time.ts'
import { inOrder, type Listing } from '../listing/listing.ts'
import type { RepositoryUsage, UsageIndex } from '../usage-index.ts'
import type { Explanation, Keep, Protection } from './keep-rule.ts'

/**
 * Retention 3: keeps what a workload refers to by digest, by the digest of one of its blobs, or by a tag that is on it
 * now, and every index above it. A workload that is listed protects, however old its last sight, and so does a rollback
 * target.
 */
export const inUse: Protection<'in-use'> = {
  name: 'in-use',
  keep({ listing, usage }: Judging, keep: Keep) {
    const here = usage.byRepository.get(listing.repository)
    if (here === undefined && usage.byBareDigest.size === 0) return
    const used = new Map<number, Explanation>()
    const explained = new Explanations()
    for (let place = 0; place < listing.images.length; place++) {
      const workloads = workloadsOf(listing, place, here, usage)
      if (workloads.length > 0) used.set(place, explained.of(workloads))
    }
    for (const [place, explanation] of used) keep(place, explanation)
    for (const [place, explanation] of usedByMissingChild(listing, here, usage)) {
      keep(place, explanation)
      if (!used.has(place)) used.set(place, explanation)
    }
    keepIndexesAbove(listing, used, keep)
  },
}

const workloadsOf = (
  { images }: Listing,
  place: number,
  here: RepositoryUsage | undefined,
  usage: UsageIndex,
): readonly Workloads[] => {
  const image = images[place]
  if (image === undefined) return []
  const found = byDigest(image.digest, here, usage)
  if (here !== undefined) {
    if (here.unclear.length > 0) found.push(here.unclear)
    for (const tag of image.tags) pushFound(found, here.byTag.get(tag))
  }
  if (image.blobs === undefined || (usage.byBareDigest.size === 0 && here?.byDigest.size === 0)) return found
  // Some runtimes report the digest of the config as the image that a container runs.
  for (const { digest } of image.blobs) found.push(...byDigest(digest, here, usage))
  return found
}

const byDigest = (digest: Digest, here: RepositoryUsage | undefined, usage: UsageIndex): Workloads[] => {
  const found: Workloads[] = []
  pushFound(found, usage.byBareDigest.get(digest))
  pushFound(found, here?.byDigest.get(digest))
  return found
}

const pushFound = (into: Workloads[], found: Workloads | undefined): void => {
  if (found !== undefined) into.push(found)
}

/** Indexes with a child that runs, and that is not listed itself. */
function* usedByMissingChild(
  { graph, images }: Listing,
  here: RepositoryUsage | undefined,
  usage: UsageIndex,
): Iterable<[number, Explanation]> {
  if (graph === undefined) return
  for (const [place, { children = [] }] of images.entries()) {
    for (const child of children) {
      if (graph.places.has(child)) continue
      const workloads = byDigest(child, here, usage)
      if (workloads.length > 0) yield [place, explain(workloads.flat(), `${child} below it is used by`)]
    }
  }
}

/** What refers by one name, as the index of usage holds it. */
type Workloads = readonly Workload[]

/**
 * Explanations by who uses: a thousand workloads that name a layer of every image are put into words once, and not for
 * each image.
 */
class Explanations {
  readonly #numbers = new Map<Workloads, number>()
  readonly #known = new Map<string, Explanation>()

  of(lists: readonly Workloads[]): Explanation {
    const key = [...new Set(lists.map(list => this.#numberOf(list)))].join()
    const explanation = this.#known.get(key) ?? explain(lists.flat())
    this.#known.set(key, explanation)
    return explanation
  }

  #numberOf(list: Workloads): number {
    const number = this.#numbers.get(list) ?? this.#numbers.size
    this.#numbers.set(list, number)
    return number
  }
}

type WorkloadName = Pick<Workload, 'namespace' | 'name' | 'cluster' | 'rollback'> & { readonly kind: string }

const explain = (workloads: Workloads, used = 'used by'): Explanation => {
  const protectedBy = [...new Set(workloads.map(workloadText))].sort()
  const seenMs = workloads.reduce((latest, { lastSeenAt }) => Math.max(latest, lastSeenAt.getTime()), -Infinity)
  const others = protectedBy.length - 1
  return {
    reason: `${used} ${protectedBy[0]}${others > 0 ? ` and ${others} more` : ''}`,
    protectedBy,
    facts: Number.isFinite(seenMs) ? [`last seen in use ${timeText(seenMs)}`] : [],
  }
}

/** `Deployment production/myapp in cluster eu-1`, as everybody shows what protects an image. */
export const workloadText = ({ kind, namespace, name, cluster, rollback }: WorkloadName): string =>
  `${kind} ${namespace}/${name} in ${sourceText({ kind, cluster })}${rollback === true ? ' (rollback target)' : ''}`

const keepIndexesAbove = (listing: Listing, used: ReadonlyMap<number, Explanation>, keep: Keep): void => {
  if (listing.graph === undefined) return
  for (const [place, origin] of reachUp(listing.graph, inOrder(listing, [...used.keys()]))) {
    const below = used.get(origin)
    if (place === origin || below === undefined) continue
    keep(place, { ...below, reason: `${listing.images[origin]?.digest} below it is ${below.reason}` })
  }
}
