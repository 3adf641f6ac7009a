import { dayMs } from '../duration.ts'
import type { ClusterMeterRecord, PullCounts } from '../records/metrics.ts'
import { mostSeries, noPulls, others } from './count-pulls.ts'

/** So long a node is away before its counts end: one that comes back goes on where it was, and no counter is set back. */
const keptMs = dayMs

type Counted = Pick<ClusterMeterRecord, keyof PullCounts | 'absentSince'>

/**
 * The counts without those of nodes that are gone for long, of which clusters that grow and shrink would have ever more;
 * where there is no room for others, of all that are gone. What is counted together stays.
 *
 * @param present nodes that are there, or of which there are Events; none at all is what could not be read, and all stay
 */
export function withoutGoneNodes(counts: Counted | undefined, present: ReadonlySet<string>, now: Date): Counted {
  const { seen, pulls, durations, fallen, absentSince = {} } = counts ?? noCounts
  const rest = { seen, ...(fallen && { fallen }) }
  if (present.size === 0) return { ...rest, pulls, durations, absentSince }
  const isFull = pulls.length >= mostSeries.pulls || durations.length >= mostSeries.durations
  // A node may be called `constructor`, which every object has.
  const known = new Map(Object.entries(absentSince))
  const named = new Set([...pulls, ...durations].map(({ node }) => node))
  const absent = [...named]
    .filter(node => node !== others && !present.has(node))
    .map(node => ({ node, since: known.get(node) ?? now.getTime() }))
  const isGone = ({ since }: { readonly since: number }) => isFull || now.getTime() - since >= keptMs
  const gone = new Set(absent.filter(isGone).map(({ node }) => node))
  const stays = ({ node }: { readonly node: string }) => !gone.has(node)
  return {
    ...rest,
    pulls: pulls.filter(stays),
    durations: durations.filter(stays),
    absentSince: Object.fromEntries(absent.filter(stays).map(({ node, since }) => [node, since])),
  }
}

const noCounts: Counted = noPulls
