import type { PullCounts, PullDurations, PullSeries } from '../records/metrics.ts'
import { BoundedSeries } from './bounded-series.ts'
import type { PullEvent, PullOutcome } from './pull-event.ts'

/** Upper ends in seconds; what took longer is counted beyond the last. */
export const durationBuckets = [0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600] as const

/**
 * Of a cluster. Where there are more, those that were counted up longest ago are counted together, under {@link others},
 * so that sums stay right.
 */
export const mostSeries = { pulls: 2_000, durations: 1_000 } as const
export const others = 'other'

/** What one cluster's Events told since they were counted last. */
export interface PullNews {
  readonly events: readonly PullEvent[]
  /** Every Event that there is: what was counted and is not among these will not come again. */
  readonly isAll: boolean
}

const field = { pulled: 'succeeded', failed: 'failed', 'backed-off': 'backedOff' } as const satisfies Record<
  PullOutcome,
  keyof PullSeries
>

/**
 * The counts with the news. An Event counts as often as it happened since it was counted last, so that reading it again
 * counts nothing. Undefined where nothing is to be counted: then nothing is to be written.
 */
export function countPulls(before: PullCounts, { events, isAll }: PullNews, now: Date): PullCounts | undefined {
  const seen = new Map(Object.entries(before.seen))
  const pulls = boundedPulls(before)
  const durations = boundedDurations(before)
  const countedAt = Math.floor(now.getTime() / 1000)
  const mayForget = seen.size >= mostSeen
  let isNews = false
  for (const event of events) {
    const key = seenKey(event)
    const times = timesOf(event, seen.get(key), mayForget)
    if (times <= 0) continue
    isNews = true
    // Behind all others: what is forgotten first was heard of longest ago.
    seen.delete(key)
    seen.set(key, event.count)
    const { namespace, node, image } = event
    const series = pulls.toCount({ ...noPullsOf, namespace, node, image })
    series[field[event.outcome]] += times
    series.countedAt = countedAt
    if (event.seconds !== undefined) addDuration(durations, event, { seconds: event.seconds, times, countedAt })
  }
  if (!isNews) return undefined
  const kept = isAll ? new Set(events.map(seenKey)) : undefined
  const remembered = [...seen].filter(([key]) => kept?.has(key) ?? true).slice(-mostSeen)
  const fallen = {
    pulls: (before.fallen?.pulls ?? 0) + pulls.fallen,
    durations: (before.fallen?.durations ?? 0) + durations.fallen,
  }
  return {
    seen: Object.fromEntries(remembered),
    pulls: pulls.all(),
    durations: durations.all(),
    ...(fallen.pulls + fallen.durations > 0 && { fallen }),
  }
}

/** As many Events are remembered; a cluster forgets them within the hour. */
export const mostSeen = 20_000

/** What is new of an Event. One that may be forgotten here counts one more: too few rather than twice. */
function timesOf({ count, isOld }: PullEvent, counted: number | undefined, mayForget: boolean): number {
  if (isOld) return 0
  return counted === undefined && mayForget ? 1 : count - (counted ?? 0)
}

/** Never all digits, which an object would put before all others: the oldest are forgotten first. */
const seenKey = ({ uid }: PullEvent): string => `u${uid.replaceAll('-', '').slice(0, 12)}`

type CountingPulls = { -readonly [K in keyof PullSeries]: PullSeries[K] }

const noPullsOf = { succeeded: 0, failed: 0, backedOff: 0 } as const

const boundedPulls = ({ pulls }: PullCounts): BoundedSeries<CountingPulls> =>
  new BoundedSeries<CountingPulls>(
    pulls.map(one => ({ ...one })),
    {
      most: mostSeries.pulls,
      keyOf: ({ namespace, node, image }) => JSON.stringify([namespace, node, image]),
      others: { ...noPullsOf, namespace: others, node: others, image: others },
      add: (to, { succeeded, failed, backedOff }) => {
        to.succeeded += succeeded
        to.failed += failed
        to.backedOff += backedOff
      },
    },
  )

interface CountingDurations extends Omit<PullDurations, 'buckets' | 'sumSeconds' | 'countedAt'> {
  sumSeconds: number
  buckets: number[]
  countedAt?: number
}

const boundedDurations = ({ durations }: PullCounts): BoundedSeries<CountingDurations> =>
  new BoundedSeries<CountingDurations>(
    durations.map(one => ({ ...one, buckets: [...one.buckets] })),
    {
      most: mostSeries.durations,
      keyOf: ({ node, image }) => JSON.stringify([node, image]),
      others: { node: others, image: others, sumSeconds: 0, buckets: noDurations() },
      add: (to, { sumSeconds, buckets }) => {
        to.sumSeconds += sumSeconds
        for (const [at, count] of buckets.entries()) to.buckets[at] = (to.buckets[at] ?? 0) + count
      },
    },
  )

function addDuration(
  durations: BoundedSeries<CountingDurations>,
  { node, image }: PullEvent,
  { seconds, times, countedAt }: { readonly seconds: number; readonly times: number; readonly countedAt: number },
): void {
  const series = durations.toCount({ node, image, sumSeconds: 0, buckets: noDurations() })
  const found = durationBuckets.findIndex(end => seconds <= end)
  const at = found < 0 ? durationBuckets.length : found
  series.buckets[at] = (series.buckets[at] ?? 0) + times
  series.sumSeconds += seconds * times
  series.countedAt = countedAt
}

/** One more than there are ends, for what took longer. */
const noDurations = (): number[] => Array.from({ length: durationBuckets.length + 1 }, () => 0)

export const noPulls: PullCounts = { seen: {}, pulls: [], durations: [] }
