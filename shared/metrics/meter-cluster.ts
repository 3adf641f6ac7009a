import { countPulls, noPulls, withoutNodes } from '../domain/metrics/count-pulls.ts'
import type { ClusterMeterRecord, NodeStorage, PullCounts } from '../domain/records/metrics.ts'
import { InvalidInputError, ShelflifeError, StoreUnavailableError } from '../errors.ts'
import type { ClusterMeter } from '../ports/cluster-meter.ts'
import type { MetricsStore } from '../ports/metrics-store.ts'
import type { WorkloadSource } from '../ports/workload-source.ts'
import { saveUnlessOvertaken } from '../records/save-latest.ts'

export interface MeterDeps {
  readonly metrics: Pick<MetricsStore, 'findMeter' | 'saveMeter'>
  readonly now: () => Date
}

/**
 * Counts what the Events of a cluster tell of pulls since they were counted last, and measures what its nodes hold; writes
 * nothing where nothing happened. What cannot be read, for want of a right or of an answer, stays as it was. Answers what
 * could not, each in words, where that is news.
 */
export async function meterCluster({ name, meter }: WorkloadSource, deps: MeterDeps): Promise<readonly string[]> {
  if (!meter) return []
  const previous = await deps.metrics.findMeter(name)
  const read = await readMeter(meter, previous)
  const counts = countNews(previous, read)
  const nodes = read.nodes ?? previous?.nodes ?? []
  const hasNewProblems = read.problems.join() !== (previous?.problems ?? []).join()
  if (!counts && !hasNewProblems && areNear(previous?.nodes ?? [], nodes)) return []
  const { seen, pulls, durations } = counts ?? previous ?? noPulls
  const eventsVersion = counts ? read.pulls?.version : previous?.eventsVersion
  const draft = {
    cluster: name,
    ...(eventsVersion !== undefined && { eventsVersion }),
    seen,
    pulls,
    durations,
    nodes,
    problems: read.problems,
    measuredAt: deps.now(),
  }
  // Another run counted from the same place: what it did not see the next one does.
  const tooLarge = await orTooLarge(saveUnlessOvertaken(() => deps.metrics.saveMeter(draft, previous)))
  return [...(hasNewProblems ? read.problems : []), ...tooLarge]
}

/** What does not fit is not counted, and keeps nobody else waiting. */
async function orTooLarge(saving: Promise<unknown>): Promise<readonly string[]> {
  try {
    await saving
    return []
  } catch (error) {
    if (error instanceof InvalidInputError) return [error.message]
    throw error
  }
}

type Read = Awaited<ReturnType<typeof readMeter>>

async function readMeter(meter: ClusterMeter, previous: ClusterMeterRecord | undefined) {
  const [pulls, nodes] = await Promise.all([
    orError(meter.readPullEvents(previous?.eventsVersion)),
    orError(meter.listNodeStorage()),
  ])
  const problems = [pulls, nodes].flatMap(one => (one instanceof ShelflifeError ? one.message : []))
  return {
    problems,
    pulls: pulls instanceof ShelflifeError ? undefined : pulls,
    nodes: nodes instanceof ShelflifeError ? undefined : nodes,
  }
}

async function orError<T>(reading: Promise<T>): Promise<T | ShelflifeError> {
  try {
    return await reading
  } catch (error) {
    if (!(error instanceof ShelflifeError) || error instanceof StoreUnavailableError) throw error
    return error
  }
}

/** Undefined where no Event is to be counted. */
function countNews(previous: ClusterMeterRecord | undefined, { pulls, nodes = [] }: Read): PullCounts | undefined {
  const before = previous ?? noPulls
  const present = new Set(nodes.map(one => one.node))
  return pulls && countPulls(present.size > 0 ? withoutNodes(before, present) : before, pulls)
}

/** What changes by less than this is not written: a percent of what was, or a point of what may be filled. */
const nearShare = 0.01
const nearPoints = 1

function areNear(before: readonly NodeStorage[], now: readonly NodeStorage[]): boolean {
  const known = new Map(before.map(one => [one.node, one]))
  return before.length === now.length && now.every(one => isNear(known.get(one.node), one))
}

function isNear(before: NodeStorage | undefined, now: NodeStorage): boolean {
  if (!before || before.source !== now.source || before.hasDiskPressure !== now.hasDiskPressure) return false
  if ((before.usedPercent === undefined) !== (now.usedPercent === undefined)) return false
  const isSameUse = Math.abs((before.usedPercent ?? 0) - (now.usedPercent ?? 0)) < nearPoints
  return isSameUse && Math.abs(before.imageBytes - now.imageBytes) <= nearShare * before.imageBytes
}
