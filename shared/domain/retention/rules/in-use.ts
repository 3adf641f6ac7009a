import { sourceText, type Workload } from '../../usage.ts'
import { reachUp } from '../graph/image-graph.ts'
import { timeText } from '../listing/known-time.ts'
import { inOrder, type Listing } from '../listing/listing.ts'
import type { Explanation, Marks } from '../marks.ts'
import type { RepositoryUsage, UsageIndex } from '../usage-index.ts'

/**
 * Retention 3: keeps what a workload refers to by digest, or by a tag that is on it now, and every index above it.
 * A workload that is listed protects, however old its last sight, and so does a rollback target.
 */
export const keepInUse = (listing: Listing, usage: UsageIndex, marks: Marks): void => {
  const here = usage.byRepository.get(listing.repository)
  if (here === undefined && usage.byBareDigest.size === 0) return
  const used: number[] = []
  for (let place = 0; place < listing.images.length; place++) {
    const workloads = workloadsOf(listing, place, here, usage)
    if (workloads.length === 0) continue
    marks.keep(place, 'in-use', explain(workloads))
    used.push(place)
  }
  keepIndexesAbove(listing, used, marks)
}

const workloadsOf = (
  { images }: Listing,
  place: number,
  here: RepositoryUsage | undefined,
  usage: UsageIndex,
): readonly Workload[] => {
  const image = images[place]
  if (image === undefined) return nobody
  let found = usage.byBareDigest.get(image.digest) ?? nobody
  if (here === undefined) return found
  found = joined(joined(found, here.byDigest.get(image.digest)), here.unclear)
  for (const tag of image.tags) found = joined(found, here.byTag.get(tag))
  return found
}

const nobody: readonly Workload[] = []

const joined = (a: readonly Workload[], b: readonly Workload[] | undefined): readonly Workload[] =>
  b === undefined || b.length === 0 ? a : a.length === 0 ? b : [...a, ...b]

type WorkloadName = Pick<Workload, 'namespace' | 'name' | 'cluster' | 'rollback'> & { readonly kind: string }

const explain = (workloads: readonly Workload[]): Explanation => {
  const protectedBy = [...new Set(workloads.map(workloadText))].sort()
  const seenMs = workloads.reduce((latest, { lastSeenAt }) => Math.max(latest, lastSeenAt.getTime()), -Infinity)
  const others = protectedBy.length - 1
  return {
    reason: `used by ${protectedBy[0]}${others > 0 ? ` and ${others} more` : ''}`,
    protectedBy,
    facts: Number.isFinite(seenMs) ? [`last seen in use ${timeText(seenMs)}`] : [],
  }
}

/** `Deployment production/myapp in cluster eu-1`, as everybody shows what protects an image. */
export const workloadText = ({ kind, namespace, name, cluster, rollback }: WorkloadName): string =>
  `${kind} ${namespace}/${name} in ${sourceText({ kind, cluster })}${rollback === true ? ' (rollback target)' : ''}`

const keepIndexesAbove = (listing: Listing, used: readonly number[], marks: Marks): void => {
  if (listing.graph === undefined) return
  for (const [place, origin] of reachUp(listing.graph, inOrder(listing, used))) {
    const below = marks.reasonOf(origin)
    if (place === origin || typeof below !== 'object') continue
    const reason = `${listing.images[origin]?.digest} below it is ${below.reason}`
    marks.keep(place, 'in-use', { ...below, reason })
  }
}
