import { amountText } from '../../domain/amount-text.ts'
import { secondsOf } from '../../domain/instant.ts'
import type { PolicyRecord, RestoreState } from '../../domain/records/policies.ts'
import type { Condition, CustomObject, ObjectEvent } from '../../ports/cluster.ts'

/** How the restore stands that a person asked for last; nothing where none was. */
export function restoreCondition(
  record: PolicyRecord | undefined,
): Omit<Condition, 'lastTransitionTime' | 'observedGeneration'>[] {
  const { restore } = record ?? {}
  if (!restore) return []
  const result = resultOf(restore)
  return [{ type: 'Restored', status: statuses[result], reason: reasons[result], message: messageOf(restore) }]
}

const results = ['Running', 'Success', 'PartialFailure', 'Refused'] as const
type RestoreResult = (typeof results)[number]

const statuses: Readonly<Record<RestoreResult, Condition['status']>> = {
  Running: 'Unknown',
  Success: 'True',
  PartialFailure: 'False',
  Refused: 'False',
}

const reasons: Readonly<Record<RestoreResult, string>> = {
  Running: 'Restoring',
  Success: 'RestoreSucceeded',
  PartialFailure: 'RestoreIncomplete',
  Refused: 'RestoreRefused',
}

function resultOf({ accepted, completedAt, leftAlone, failed }: RestoreState): RestoreResult {
  if (!accepted) return 'Refused'
  if (!completedAt) return 'Running'
  return leftAlone + failed > 0 ? 'PartialFailure' : 'Success'
}

const marksAnew = 'what no rule keeps is marked anew by a policy in force, and goes after its grace period'

function messageOf(restore: RestoreState): string {
  const { accepted, message, waiting, completedAt, restored, present, leftAlone, failed } = restore
  if (!accepted) return message
  const done = [
    `${restored} restored`,
    `${present} there already`,
    ...(leftAlone > 0 ? [`${leftAlone} left alone`] : []),
    ...(failed > 0 ? [`${failed} could not be restored`] : []),
  ].join(', ')
  const end = completedAt ? [] : [`${amountText(waiting.length, 'part')} under way`]
  return [done, ...end, ...(message ? [message] : []), ...(completedAt && restored > 0 ? [marksAnew] : [])].join('; ')
}

/** As the status shows it. */
export function restoreStatus(record: PolicyRecord | undefined): Record<string, unknown> {
  const { restore } = record ?? {}
  if (!restore) return {}
  const { value, at, completedAt, restored, present, leftAlone, failed } = restore
  return {
    lastHandledRestore: value,
    restore: {
      asked: value,
      result: resultOf(restore),
      startTime: secondsOf(at),
      ...(completedAt && { completionTime: secondsOf(completedAt) }),
      restored,
      present,
      leftAlone,
      failed,
      message: messageOf(restore),
    },
  }
}

/** Once when it begins, and once when it ends. */
export function restoreEvent(
  before: CustomObject['status'],
  record: PolicyRecord | undefined,
): ObjectEvent | undefined {
  const { restore } = record ?? {}
  const shown = before.restore as { result?: string; startTime?: string } | undefined
  if (!restore) return undefined
  const result = resultOf(restore)
  if (shown?.result === result && shown.startTime === secondsOf(restore.at)) return undefined
  const isFine = result === 'Running' || result === 'Success'
  return { type: isFine ? 'Normal' : 'Warning', reason: reasons[result], message: messageOf(restore) }
}
