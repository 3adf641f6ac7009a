import { withoutGoneNodes } from '../domain/metrics/absent-nodes.ts'
import { countPulls, noPulls } from '../domain/metrics/count-pulls.ts'
import type { ClusterMeterRecord, NodeStorage } from '../domain/records/metrics.ts'
import { InvalidInputError, ShelflifeError, StoreUnavailableError } from '../errors.ts'
import type { ClusterMeter, NodeReading } from '../ports/cluster-meter.ts'
import type { MetricsStore } from '../ports/metrics-store.ts'
import type { WorkloadSource } from '../ports/workload-source.ts'
import { saveUnlessOvertaken } from '../records/save-latest.ts'

export interface MeterDeps {
  readonly metrics: Pick<MetricsStore, 'findMeter' | 'saveMeter'>
  /**
   * What this process read or saved last of each cluster, so that a look that finds nothing new reads nothing of the table;
   * absent: it reads. What another wrote since then is noticed when this is to be written.
   */
  readonly known?: Map<string, ClusterMeterRecord | undefined>
  readonly now: () => Date
}

/**
 * Counts what the Events of a cluster tell of pulls since they were counted last, and measures what its nodes hold; writes
 * nothing where nothing happened. What cannot be read, for want of a right or of an answer, stays as it was. Answers what
 * could not, each in words, where that is news.
 */
export async function meterCluster({ name, meter }: WorkloadSource, deps: MeterDeps): Promise<readonly string[]> {
  if (!meter) return []
  const { known = new Map() } = deps
  const previous = known.has(name) ? known.get(name) : await deps.metrics.findMeter(name)
  known.set(name, previous)
  const read = await readMeter(meter, previous)
  const now = deps.now()
  const counts = countNews(previous, read, now)
  const nodes = read.nodes?.map(one => lastOf(one, previous)) ?? previous?.nodes ?? []
  const hasNewProblems = read.problems.join() !== (previous?.problems ?? []).join()
  if (!counts && !hasNewProblems && areNear(previous?.nodes ?? [], nodes)) return []
  const { seen, pulls, durations, fallen, absentSince } = counts ?? { absentSince: undefined, ...(previous ?? noPulls) }
  const eventsVersion = counts ? read.pulls?.version : previous?.eventsVersion
  const draft = {
    cluster: name,
    ...(eventsVersion !== undefined && { eventsVersion }),
    seen,
    pulls,
    durations,
    nodes,
    ...(fallen && { fallen }),
    ...(absentSince && { absentSince }),
    problems: read.problems,
    measuredAt: now,
  }
  known.delete(name)
  const saved = await orTooLarge(saveUnlessOvertaken(() => deps.metrics.saveMeter(draft, previous)))
  // Another run counted from the same place: what it did not see the next one does, which then reads what that one wrote.
  if (typeof saved === 'object') known.set(name, saved)
  return [...(hasNewProblems ? read.problems : []), ...(typeof saved === 'string' ? [saved] : [])]
}

/** What does not fit is not counted, and keeps nobody else waiting: it is answered in words. */
async function orTooLarge<T>(saving: Promise<T>): Promise<T | string> {
  try {
    return await saving
  } catch (error) {
    if (error instanceof InvalidInputError) return error.message
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
function countNews(previous: ClusterMeterRecord | undefined, { pulls, nodes = [] }: Read, now: Date) {
  if (!pulls) return undefined
  const named = nodes.length > 0 ? [...nodes, ...pulls.events] : []
  const before = withoutGoneNodes(previous, new Set(named.map(({ node }) => node)), now)
  const counts = countPulls(before, pulls, now)
  return counts && { ...counts, absentSince: before.absentSince }
}

/**
 * Of a node whose kubelet does not answer what it said last stays: nothing but it pulls or removes images there, and the
 * series goes on under its name.
 */
function lastOf(
  { isKubeletSilent = false, ...reading }: NodeReading,
  previous: ClusterMeterRecord | undefined,
): NodeStorage {
  const before = previous?.nodes.find(one => one.node === reading.node)
  if (!isKubeletSilent || before?.source !== 'kubelet') return reading
  return { ...before, hasDiskPressure: reading.hasDiskPressure }
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
