import pMap from 'p-map'
import { durationText } from '../../domain/duration.ts'
import type { ClusterLists } from '../world/cluster-lists.ts'
import { NamespaceTurns, namespaceShareMs } from './namespace-turns.ts'
import { openPlanners, type Planner } from './open-planners.ts'
import { attempt, type PlanLog } from './plan-attempt.ts'
import type { PlanDeps } from './plan-deps.ts'
import { withdrawMarks } from './withdraw-marks.ts'

const concurrency = 8

/** What an invocation needs to end by itself. */
const reserveMs = 20_000
/** Nothing is begun any more, also nothing that is quick. */
const endMs = 5_000

/**
 * Every policy of every cluster: runs what is due, then shows in its status what is known. A policy that fails stops no
 * other; a cluster that cannot be read stops all from marking and deleting, and is tried again the next minute.
 * Namespaces take turns, see {@link NamespaceTurns}. What the invocation has no time for is left to the next minute, which
 * begins with those that had no turn.
 */
export async function planPolicies(lists: ClusterLists, deps: PlanDeps, log: PlanLog): Promise<void> {
  const listed = await pMap(lists.clusters, cluster => lists.findPolicies(cluster), { concurrency })
  const planners: Planner[] = []
  const lastTurns = new Map<string, Date>()
  for (const [place, cluster] of lists.clusters.entries()) {
    const policies = listed[place]
    if (policies)
      await attempt(`${cluster.name}/*`, log, async () => {
        const opened = await openPlanners(cluster, policies, lists, deps, log)
        planners.push(...opened.planners)
        for (const [owner, at] of opened.lastTurns) lastTurns.set(owner, at)
      })
  }
  for (const cluster of lists.rulebook.drained)
    await attempt(`${cluster}/*`, log, () => withdrawOfDrained(cluster, deps))
  const turns = new NamespaceTurns(planners, lastTurns)
  await takeTurns(turns, deps, log)
  await notePassedOver(turns, deps, log)
  for (const [cluster, error] of lists.unread) log.error('cluster not read: nothing is marked', { cluster, error })
}

/** Nothing executes the marks of a policy in a cluster that is not asked any more, and while they stand no other marks there. */
async function withdrawOfDrained(cluster: string, deps: PlanDeps): Promise<void> {
  const reason = `cluster ${cluster} is drained`
  for (const record of await deps.store.listPolicies(cluster))
    await withdrawMarks(record, { reason, skipReason: 'ClusterDrained' }, deps)
}

const remainingMsOf = ({ remainingMs }: PlanDeps): number => remainingMs?.() ?? Number.MAX_SAFE_INTEGER

async function takeTurns(turns: NamespaceTurns<Planner>, deps: PlanDeps, log: PlanLog): Promise<void> {
  let remainingMs = remainingMsOf(deps)
  while (remainingMs >= reserveMs) {
    const planner = turns.next()
    if (planner === undefined) return
    await attempt(planner.id, log, planner.plan)
    const before = remainingMs
    remainingMs = remainingMsOf(deps)
    turns.took(planner, before - remainingMs)
  }
}

/** Shows in their statuses why policies that wait for long had no turn. */
async function notePassedOver(turns: NamespaceTurns<Planner>, deps: PlanDeps, log: PlanLog): Promise<void> {
  const left = turns.left()
  if (left.length === 0) return
  log.warn('no time left: the next minute goes on', {
    policies: left.length,
    namespaces: [...new Set(left.map(({ taker }) => taker.owner))].slice(0, 10),
  })
  await pMap(
    left,
    async ({ taker, isSpent }) => {
      if (remainingMsOf(deps) < endMs) return
      await attempt(taker.id, log, () => taker.notePassedOver(isSpent ? spentText(taker) : busyText))
    },
    { concurrency },
  )
}

const busyText = 'the policies of all namespaces together take longer than one run of the planner'

const spentText = ({ namespace }: Planner): string =>
  `the policies of namespace ${namespace} take longer than ${durationText(namespaceShareMs)}, which is all that one namespace has of a run of the planner; have fewer, or have them due less often`
