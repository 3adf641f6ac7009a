import { dayMs } from '../domain/duration.ts'
import type { OwningNamespace } from '../domain/name-for-reader.ts'
import {
  deletionsAhead,
  goingOf,
  inDanger,
  isOpenToday,
  type Notice,
  runsEnded,
  type ToldBefore,
  waitsForApproval,
} from '../domain/notifications/notices.ts'
import type { Subject } from '../domain/notifications/receiver.ts'
import type { PolicyRecord } from '../domain/records/policies.ts'
import type { MetricsStore } from '../ports/metrics-store.ts'
import type { KillSwitch } from '../ports/platform.ts'
import type { Store } from '../ports/store.ts'
import { pickStandingMarks } from '../sweep/plan/withdraw-marks.ts'

export interface NoticeDeps {
  readonly clusters: readonly string[]
  readonly store: Store
  readonly metrics: Pick<MetricsStore, 'findGauges'>
  readonly killSwitch: KillSwitch
  readonly now: () => Date
}

/** A policy, or a namespace, of which there may be something to tell. */
export interface Teller {
  /** `cluster/namespace/name` of a policy, or `cluster/namespace`. */
  readonly of: string
  readonly home: OwningNamespace
  /** All that it tells was read then or later: what was written since may be missing. */
  readonly readAt: Date
  /** What may be told of it; what was told before decides. */
  readonly subjects: readonly Subject[]
  /** What is to be told now to who was told that before. */
  notices(told: ToldBefore, isWanted: (subject: Subject) => boolean): Promise<readonly Notice[]>
}

/** Runs that ended longer ago are told to nobody: they wait for no receiver that long. */
const runsFor = 8 * dayMs

/**
 * Those with something to tell, one query for each cluster and one read for all: what costs more, the marks of a policy,
 * is read once a run, and only for who was not told of it today.
 */
export async function findTellers(deps: NoticeDeps): Promise<Teller[]> {
  const now = deps.now()
  const [records, gauges] = await Promise.all([
    Promise.all(deps.clusters.map(cluster => deps.store.listPolicies(cluster))),
    deps.metrics.findGauges(deps.clusters),
  ])
  const isPaused = once(() => deps.killSwitch.isPaused())
  const ofNamespaces = gauges.flatMap(({ cluster, namespaces }) =>
    namespaces.flatMap(({ namespace, inDanger: objects }) =>
      objects > 0 ? [namespaceTeller({ cluster, namespace }, objects, now)] : [],
    ),
  )
  return [...records.flat().flatMap(record => policyTeller(record, isPaused, deps, now) ?? []), ...ofNamespaces]
}

const namespaceTeller = (home: OwningNamespace, objects: number, now: Date): Teller => ({
  of: `${home.cluster}/${home.namespace}`,
  home,
  readAt: now,
  subjects: ['in-danger'],
  notices: async (told, isWanted) =>
    isWanted('in-danger') ? [inDanger(home, objects, told('in-danger'), now) ?? []].flat() : [],
})

/** A paused policy keeps its marks; one that is suspended or on dry run has them lifted by the planner. */
const mayDelete = ({ marksSince, pausedBy }: PolicyRecord): boolean =>
  marksSince !== undefined && pausedBy === undefined

function policyTeller(
  record: PolicyRecord,
  isPaused: () => Promise<boolean>,
  { store }: NoticeDeps,
  now: Date,
): Teller | undefined {
  const isRecent = (at: Date | undefined) => at !== undefined && now.getTime() - at.getTime() < runsFor
  const subjects: Subject[] = [
    ...(mayDelete(record) ? (['deletions-ahead'] as const) : []),
    ...(record.runs.some(run => isRecent(run.completionTime) && !run.dryRun) ? (['run-ended'] as const) : []),
    ...(record.approval?.wanted === undefined ? [] : (['waits-for-approval'] as const)),
  ]
  const [cluster, namespace] = record.id.split('/')
  if (subjects.length === 0 || cluster === undefined || namespace === undefined) return undefined
  const marks = once(() => pickStandingMarks(record, store, now, image => goingOf(image, now)))
  /** Nothing goes while all sweeps are paused, so that nothing is announced. */
  const ahead = async (told: ToldBefore): Promise<Notice | undefined> => {
    const before = told('deletions-ahead')
    if (!mayDelete(record) || !isOpenToday(before, now) || (await isPaused())) return undefined
    return deletionsAhead(record.id, await marks(), before, now)
  }
  return {
    of: record.id,
    home: { cluster, namespace },
    readAt: now,
    subjects,
    notices: async (told, isWanted) => {
      const found = [
        isWanted('deletions-ahead') ? await ahead(told) : undefined,
        isWanted('waits-for-approval') ? waitsForApproval(record, told('waits-for-approval'), now) : undefined,
        isWanted('run-ended') ? runsEnded(record, told('run-ended'), now) : undefined,
      ]
      return found.filter(notice => notice !== undefined)
    },
  }
}

function once<T>(read: () => Promise<T>): () => Promise<T> {
  let reading: Promise<T> | undefined
  return () => {
    reading ??= read()
    return reading
  }
}
