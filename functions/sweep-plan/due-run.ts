import type { PolicyRecord } from '../../shared/domain/records.ts'
import { latestRunBetween } from '../../shared/domain/schedule.ts'
import type { Policy } from '../../shared/sweep/policy-object.ts'

/** Any new non-empty value starts a run now. */
export const manualRunAnnotation = 'theriseunion.io/manual-run'

/** Why a policy is looked at now. */
export type DueRun =
  | { readonly kind: 'scheduled' | 'manual'; readonly runId: string; readonly at: Date; readonly manualRun?: string }
  /** A run that is under way has marks that matured, or news of its executions. */
  | { readonly kind: 'continue'; readonly runId: string; readonly at: Date }
  /** The time came and went while nobody looked, longer ago than `startingDeadlineSeconds`. */
  | { readonly kind: 'missed'; readonly at: Date }

/** The id of a run is made of its time, so that a repeated invocation goes on with the same run. */
const runIdOf = (at: Date, kind: string): string => `${at.toISOString().replace(/[-:]|\.\d+/g, '')}-${kind}`

/** @throws InvalidInputError when schedule or time zone cannot be read */
export function dueRun(policy: Policy, record: PolicyRecord | undefined, now: Date): DueRun | undefined {
  if (policy.spec.suspend) return undefined
  const manualRun = policy.object.metadata.annotations[manualRunAnnotation]
  if (manualRun && manualRun !== record?.lastHandledManualRun)
    return { kind: 'manual', runId: `manual-${policy.object.metadata.resourceVersion}`, at: now, manualRun }
  const scheduledAt = latestScheduled(policy, record, now)
  if (scheduledAt) {
    const missed = now.getTime() - scheduledAt.getTime() > policy.spec.startingDeadlineSeconds * 1000
    return missed
      ? { kind: 'missed', at: scheduledAt }
      : { kind: 'scheduled', runId: runIdOf(scheduledAt, 'scheduled'), at: scheduledAt }
  }
  const [current] = record?.runs ?? []
  if (current?.result === 'Running' && record?.wakeAt && record.wakeAt <= now)
    return { kind: 'continue', runId: current.runId, at: current.startTime }
  return undefined
}

function latestScheduled(policy: Policy, record: PolicyRecord | undefined, now: Date): Date | undefined {
  const { schedule, timeZone } = policy.spec
  if (schedule === undefined) return undefined
  const created = new Date(policy.object.metadata.creationTimestamp ?? now)
  return latestRunBetween(schedule, timeZone, record?.lastScheduleTime ?? created, now)
}
