import { copyOverview } from '../../shared/domain/copies/copy-texts.ts'
import { secondsOf } from '../../shared/domain/instant.ts'
import { findScheduleError, findScheduleProblem, nextRunAfter, scheduleFields } from '../../shared/domain/schedule.ts'
import { isPaused, type Policy } from '../../shared/objects/policy-object.ts'
import { type AllClusters, unreadText } from '../../shared/sweep/world/cluster-lists.ts'
import type { Evaluation } from '../../shared/sweep/world/evaluate-policy.ts'
import { foreignHostLines } from '../../shared/sweep/world/foreign-hosts.ts'
import type { PolicyWorld } from '../../shared/sweep/world/read-policy-world.ts'
import type { RepositoryWorld } from '../../shared/sweep/world/read-world.ts'
import type { NextSweep } from './plan-head.ts'

/** What stops the sweeps of all policies. */
export interface StoppedEverywhere extends Pick<AllClusters, 'unread'> {
  /** By the kill switch. */
  readonly isStopped: boolean
}

/** The next sweep of a policy in its world. */
export function nextSweepOf(
  policy: Policy,
  world: PolicyWorld,
  { keptForOthers, unauthorized }: Pick<Evaluation, 'keptForOthers' | 'unauthorized'>,
  everywhere: StoppedEverywhere,
): NextSweep {
  const { schedule, timeZone, targets, gracePeriodMs } = policy.spec
  const problem = findScheduleProblem(schedule, timeZone)
  const next = schedule === undefined || problem !== undefined ? undefined : nextRunAfter(schedule, timeZone, world.now)
  const covered = [...world.worlds, ...world.skipped]
  const copies = copyOverview(covered.map(one => one.copies))
  const foreignHosts = foreignHostLines(covered, undefined)
  return {
    cluster: policy.object.cluster,
    ...(next && { at: secondsOf(next) }),
    targets,
    gracePeriodSeconds: gracePeriodMs / 1000,
    stoppedBy: stoppedBy(policy, everywhere),
    skipped: world.skipped.map(one => ({ repository: one.id, reason: whySkipped(one) })),
    ...(policy.clamped.length > 0 && { clamped: policy.clamped }),
    ...(unauthorized.size > 0 && {
      unauthorized: [...unauthorized].map(([repository, reason]) => ({ repository, reason })),
    }),
    ...(keptForOthers > 0 && { keptForOthers }),
    ...(foreignHosts.length > 0 && { foreignHosts }),
    ...(copies.length > 0 && { copies }),
  }
}

/** Why a sweep of the policy would delete nothing, even where its verdicts are to delete. */
export const stoppedBy = ({ object, spec }: Policy, { isStopped, unread }: StoppedEverywhere): string[] =>
  [
    unreadText(unread) ?? [],
    isStopped ? 'all sweeps are paused by the kill switch' : [],
    isPaused({ object }) ? 'the policy is paused by its annotation' : [],
    spec.suspend ? 'the policy is suspended' : [],
    notInForce(spec),
    spec.dryRun ? 'the policy is on dry run' : [],
  ].flat()

/** Nothing of a policy runs whose schedule cannot be followed, by hand neither: `Ready` says the same. */
function notInForce({ schedule, timeZone }: Policy['spec']): string | [] {
  const error = findScheduleError(schedule, timeZone)
  if (error === undefined) return []
  return `the policy is not in force (${error.reason}): spec.${scheduleFields[error.reason]}: ${error.message}`
}

/** Why sweeps leave a repository alone that is not known well enough. */
export function whySkipped({ syncs, unreadable }: Pick<RepositoryWorld, 'syncs' | 'unreadable'>): string {
  if (unreadable !== undefined) return unreadable
  const outcomes = syncs.flatMap(({ lastOutcome }) => lastOutcome ?? [])
  const [last] = outcomes.sort((a, b) => b.finishedAt.getTime() - a.finishedAt.getTime())
  return last === undefined ? 'it was never synced' : `its last sync failed: ${last.message}`
}
