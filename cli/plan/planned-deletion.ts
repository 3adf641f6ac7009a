import { durationText } from '../../shared/domain/duration.ts'
import { secondsOf } from '../../shared/domain/instant.ts'
import { actionWords } from '../../shared/domain/policy/action-words.ts'
import type { CleanupPolicy } from '../../shared/domain/policy/policy.ts'
import type { Mark } from '../../shared/domain/records/images.ts'
import { findScheduleProblem, nextRunAfter } from '../../shared/domain/schedule.ts'

/** How and when an image would be deleted; without a time where it is not known. */
export interface PlannedDeletion {
  readonly after?: string
  readonly text: string
}

/** A policy as far as it decides when something is deleted. */
export interface PolicySchedule {
  /** `cluster/namespace/name`; absent for a policy of a file, under which nothing is marked. */
  readonly id?: string
  readonly hash?: string
  readonly spec: CleanupPolicy
  readonly stoppedBy: readonly string[]
}

/**
 * When what the policy would delete is deleted: at the end of its mark's grace, or after the next run has marked it.
 */
export function plannedDeletionOf(schedule: PolicySchedule, mark: Mark | undefined, now: Date): PlannedDeletion {
  const { spec, stoppedBy } = schedule
  const { done } = actionWords(spec.action)
  if (stoppedBy.length > 0) return { text: `not ${done} while ${stoppedBy.join(' and ')}` }
  if (mark !== undefined && mark.policy !== schedule.id)
    return { text: `policy ${mark.policy} has marked it: that mark comes first` }
  if (mark !== undefined && mark.policyHash === schedule.hash) {
    const after = secondsOf(mark.deleteAfter)
    return { after, text: `${done} from ${after} on, once everything was read again and nothing needs it` }
  }
  const anew = mark === undefined ? '' : ': the policy changed since it was marked, so it is marked anew'
  const graceText = durationText(spec.gracePeriodMs)
  if (spec.schedule === undefined || findScheduleProblem(spec.schedule, spec.timeZone) !== undefined)
    return {
      text: `not ${done} by itself, as the policy has no schedule; ${graceText} after a run by hand has marked it${anew}`,
    }
  const next = nextRunAfter(spec.schedule, spec.timeZone, now)
  const after = secondsOf(new Date(next.getTime() + spec.gracePeriodMs))
  return {
    after,
    text: `${done} from ${after} on: the run of ${secondsOf(next)} marks it, and ${graceText} later it may be ${done}${anew}`,
  }
}
