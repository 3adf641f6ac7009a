import type { PolicyRecord } from '../../domain/records/policies.ts'
import { nextRunAfter, ScheduleError } from '../../domain/schedule.ts'
import { approveAnnotation, type Policy } from '../../objects/policy-object.ts'
import { isStorageCheckDue } from './check-storage.ts'
import { type DueRun, dueRun, type MissedRun } from './due-run.ts'
import { hasOpenWork } from './withdraw-marks.ts'

/** A policy that waits for its turn. */
export interface Waiting {
  /** Undefined where it is not known, as of a run that was asked for by hand. */
  readonly since: Date | undefined
}

/** A policy that was due so long ago and had no turn since is late. */
const lateMs = 3 * 60_000

/** True also where the time is not known. */
export const isLate = ({ since }: Waiting, now: Date): boolean =>
  since === undefined || now.getTime() - since.getTime() >= lateMs

/**
 * What a policy waits for a turn for, as far as its record shows; undefined where there is nothing to be planned of it.
 */
export function findWaiting(policy: Policy, record: PolicyRecord | undefined, now: Date): Waiting | undefined {
  try {
    const due = dueRun(policy, record, now)
    if (due || isStorageCheckDue(policy, record, now)) return waitingFor(due, policy, record, now)
  } catch (error) {
    if (error instanceof ScheduleError) return undefined
    throw error
  }
  const isWithdrawn = (policy.spec.suspend || policy.spec.dryRun) && record !== undefined && hasOpenWork(record)
  const isAsked = policy.object.metadata.annotations[approveAnnotation] !== undefined
  return isWithdrawn || isAsked ? { since: undefined } : undefined
}

/**
 * Since when it is due: of a schedule the first time that passed, of a run under way the time it was to be looked at
 * again; without a run, the time to look at storage.
 */
export function waitingFor(
  due: DueRun | MissedRun | undefined,
  policy: Policy,
  record: PolicyRecord | undefined,
  now: Date,
): Waiting {
  if (due === undefined) return { since: record?.storage?.nextAt }
  switch (due.kind) {
    case 'manual':
    case 'pressure':
      return { since: undefined }
    case 'approved':
      return { since: due.at }
    case 'continue':
      return { since: record?.wakeAt !== undefined && record.wakeAt <= now ? record.wakeAt : undefined }
    case 'scheduled':
    case 'missed':
      return { since: firstUnseen(policy, record, now) ?? due.at }
  }
}

function firstUnseen({ spec, object }: Policy, record: PolicyRecord | undefined, now: Date): Date | undefined {
  const created = new Date(object.metadata.creationTimestamp ?? now)
  if (spec.schedule === undefined) return undefined
  return nextRunAfter(spec.schedule, spec.timeZone, record?.lastScheduleTime ?? created)
}
