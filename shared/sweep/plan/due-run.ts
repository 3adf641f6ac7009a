import type { PolicyRecord } from '../../domain/records/policies.ts'
import { checkSchedule, latestRunBetween } from '../../domain/schedule.ts'
import { isPaused, type Policy } from '../../objects/policy-object.ts'

/** Any new non-empty value starts a run now. */
export const manualRunAnnotation = 'theriseunion.io/manual-run'

/** Why a policy is looked at now. */
export type DueRun =
  | { readonly kind: 'scheduled' | 'pressure' | 'approved'; readonly runId: string; readonly at: Date }
  | { readonly kind: 'manual'; readonly runId: string; readonly at: Date; readonly manualRun: string }
  /** A run that is under way: its marks are looked at again. */
  | { readonly kind: 'continue'; readonly runId: string; readonly at: Date }

/** A scheduled time that passed without a run, longer ago than `startingDeadlineSeconds`. */
export interface MissedRun {
  readonly kind: 'missed'
  readonly runId: string
  readonly at: Date
}

/** The id of a run is made of its time, so that a repeated invocation continues the same run. */
const runIdOf = (at: Date, kind: string): string => `${at.toISOString().replace(/[-:]|\.\d+/g, '')}-${kind}`

/** A run that a full registry asks for. */
export const pressureRun = (now: Date) => ({ kind: 'pressure' as const, runId: runIdOf(now, 'pressure'), at: now })

/**
 * What a policy is due for. As with a CronJob, of several times that passed only the latest counts, also of those that
 * passed while it was suspended or before its schedule was changed, and only within `startingDeadlineSeconds`. While it
 * is paused nothing new begins; a run that is under way is still looked at, since marks are lifted even then.
 * An approval begins a run at once: what it is about was due before.
 * @throws InvalidInputError when schedule or time zone cannot be read
 */
export function dueRun(policy: Policy, record: PolicyRecord | undefined, now: Date): DueRun | MissedRun | undefined {
  if (policy.spec.suspend) return undefined
  return (isPaused(policy) ? undefined : runToBegin(policy, record, now)) ?? runToContinue(policy, record, now)
}

/** Nothing begins under a schedule that cannot be followed, not even by hand: its author meant something else. */
function runToBegin(policy: Policy, record: PolicyRecord | undefined, now: Date): DueRun | MissedRun | undefined {
  checkSchedule(policy.spec.schedule, policy.spec.timeZone)
  const manualRun = policy.object.metadata.annotations[manualRunAnnotation]
  if (manualRun && manualRun !== record?.lastHandledManualRun) {
    const begun = record?.runs.find(run => run.manualRun === manualRun && run.result === 'Running')
    const runId = begun?.runId ?? `manual-${policy.object.metadata.resourceVersion}`
    return { kind: 'manual', runId, at: begun?.startTime ?? now, manualRun }
  }
  const asked = record?.approval?.run
  if (asked) return { kind: 'approved', ...asked }
  const at = latestScheduled(policy, record, now)
  if (!at) return undefined
  const missed = now.getTime() - at.getTime() > policy.spec.startingDeadlineSeconds * 1000
  return { kind: missed ? 'missed' : 'scheduled', runId: runIdOf(at, 'scheduled'), at }
}

function latestScheduled(policy: Policy, record: PolicyRecord | undefined, now: Date): Date | undefined {
  const { schedule, timeZone } = policy.spec
  if (schedule === undefined) return undefined
  const created = new Date(policy.object.metadata.creationTimestamp ?? now)
  return latestRunBetween(schedule, timeZone, record?.lastScheduleTime ?? created, now)
}

/** A changed policy is looked at at once, so that its marks are never shown with a date that no longer holds. */
function runToContinue(policy: Policy, record: PolicyRecord | undefined, now: Date): DueRun | undefined {
  const [current] = record?.runs ?? []
  if (!record || current?.result !== 'Running') return undefined
  const isAwake = record.wakeAt === undefined || record.wakeAt <= now
  const isChanged = record.policyHash !== policy.hash && !isPaused(policy)
  return isAwake || isChanged ? { kind: 'continue', runId: current.runId, at: current.startTime } : undefined
}
