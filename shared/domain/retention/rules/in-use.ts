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
    for (let place = 0; place < listing.images.length; place++) {
      const workloads = workloadsOf(listing, place, here, usage)
      if (workloads.length > 0) used.set(place, explain(workloads))
    }
    for (const [place, explanation] of used) keep(place, explanation)
    for (const [place, explanation] of usedByMissingChild(listing, here, usage)) {
      keep(place, explanation)
      if (!used.has(place)) used.set(place, explanation)
    }
    keepIndexesAbove(listing, used, keep)
  },
}

/** Where nothing is used by digest, which is usual, no digest is read: it is far from the image, and may be no text yet. */
const workloadsOf = (
  { images }: Listing,
  place: number,
  here: RepositoryUsage | undefined,
  usage: UsageIndex,
): readonly Workload[] => {
  const image = images[place]
  if (image === undefined) return none
  const usesDigests = usage.byBareDigest.size > 0 || (here?.byDigest.size ?? 0) > 0
  let found = usesDigests ? byDigest(image.digest, here, usage) : none
  if (here !== undefined) found = joined(found, here.unclear)
  if (here !== undefined && here.byTag.size > 0)
    for (const tag of image.tags) found = joined(found, here.byTag.get(tag))
  if (!usesDigests || image.blobs === undefined) return found
  // Some runtimes report the digest of the config as the image that a container runs.
  for (const { digest } of image.blobs) found = joined(found, byDigest(digest, here, usage))
  return found
}

const byDigest = (digest: Digest, here: RepositoryUsage | undefined, usage: UsageIndex): readonly Workload[] =>
  joined(usage.byBareDigest.get(digest) ?? none, here?.byDigest.get(digest))

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
      if (workloads.length > 0) yield [place, explain(workloads, `${child} below it is used by`)]
    }
  }
}

const none: readonly Workload[] = []

const joined = (a: readonly Workload[], b: readonly Workload[] | undefined): readonly Workload[] =>
  b === undefined || b.length === 0 ? a : a.length === 0 ? b : [...a, ...b]

type WorkloadName = Pick<Workload, 'namespace' | 'name' | 'cluster' | 'rollback'> & { readonly kind: string }

const explain = (workloads: readonly Workload[], used = 'used by'): Explanation => {
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
