import type { PullCounts, PullDurations, PullSeries } from '../records/metrics.ts'
import type { PullEvent, PullOutcome } from './pull-event.ts'

/** Upper ends in seconds; what took longer is counted beyond the last. */
export const durationBuckets = [0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600] as const

/** Of a cluster. Those of further images are counted together, under {@link others}, so that sums stay right. */
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
export function countPulls(before: PullCounts, { events, isAll }: PullNews): PullCounts | undefined {
  const seen = new Map(Object.entries(before.seen))
  const pulls = new Map(before.pulls.map(one => [pullKey(one), { ...one }]))
  const durations = new Map(before.durations.map(one => [durationKey(one), { ...one, buckets: [...one.buckets] }]))
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
    seriesOf(pulls, event)[field[event.outcome]] += times
    if (event.seconds !== undefined) addDuration(durations, event, event.seconds, times)
  }
  if (!isNews) return undefined
  const kept = isAll ? new Set(events.map(seenKey)) : undefined
  const remembered = [...seen].filter(([key]) => kept?.has(key) ?? true).slice(-mostSeen)
  return { seen: Object.fromEntries(remembered), pulls: [...pulls.values()], durations: [...durations.values()] }
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

const pullKey = ({ namespace, node, image }: Pick<PullSeries, 'namespace' | 'node' | 'image'>): string =>
  JSON.stringify([namespace, node, image])
const durationKey = ({ node, image }: Pick<PullDurations, 'node' | 'image'>): string => JSON.stringify([node, image])

type Counting<T> = { -readonly [K in keyof T]: T[K] }

function seriesOf(pulls: Map<string, Counting<PullSeries>>, event: PullEvent): Counting<PullSeries> {
  const { namespace, node, image } = event
  const isFull = pulls.size >= mostSeries.pulls && !pulls.has(pullKey(event))
  const labels = isFull ? { namespace: others, node: others, image: others } : { namespace, node, image }
  const series = pulls.get(pullKey(labels)) ?? { ...labels, succeeded: 0, failed: 0, backedOff: 0 }
  pulls.set(pullKey(labels), series)
  return series
}

interface CountingDurations extends Omit<PullDurations, 'buckets' | 'sumSeconds'> {
  sumSeconds: number
  buckets: number[]
}

function addDuration(
  durations: Map<string, CountingDurations>,
  { node, image }: PullEvent,
  seconds: number,
  times: number,
): void {
  const isFull = durations.size >= mostSeries.durations && !durations.has(durationKey({ node, image }))
  const labels = isFull ? { node: others, image: others } : { node, image }
  const series = durations.get(durationKey(labels)) ?? { ...labels, sumSeconds: 0, buckets: noDurations() }
  durations.set(durationKey(labels), series)
  const found = durationBuckets.findIndex(end => seconds <= end)
  const at = found < 0 ? durationBuckets.length : found
  series.buckets[at] = (series.buckets[at] ?? 0) + times
  series.sumSeconds += seconds * times
}

/** One more than there are ends, for what took longer. */
const noDurations = (): number[] => Array.from({ length: durationBuckets.length + 1 }, () => 0)

export const noPulls: PullCounts = { seen: {}, pulls: [], durations: [] }
