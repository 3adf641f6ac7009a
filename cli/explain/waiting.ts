import type { Mark } from '../../shared/domain/records/images.ts'
import type { PolicyRecord } from '../../shared/domain/records/policies.ts'
import { shareText } from '../../shared/domain/retention/limits.ts'
import type { Policy } from '../../shared/objects/policy-object.ts'
import type { PermittedEvaluation } from '../../shared/sweep/world/hold-for-approval.ts'
import type { PlannedDeletion } from '../plan/planned-deletion.ts'
import type { Waiting } from './explanation.ts'

/** What the installation knows of a policy and of an image that it would delete. */
export interface WaitingFacts {
  readonly policy: Policy
  readonly repository: string
  readonly digest: string
  readonly mark: Mark | undefined
  readonly permitted: PermittedEvaluation
  readonly record: PolicyRecord | undefined
}

/** Why no run has marked an image that nothing keeps: its repository waits for a person, or it was not its turn yet. */
export function waitingOf(facts: WaitingFacts): Waiting | undefined {
  const { policy, repository, digest, mark, permitted, record } = facts
  const share = permitted.waiting?.repositories.find(
    one => one.repository === repository && one.digests.includes(digest),
  )
  if (share) {
    const text = `waits for a person's approval: ${shareText(share, policy.spec.maxDeletionPercent)}`
    return { for: 'approval', text: `${text}: ${howToApprove(policy, record)}` }
  }
  const waiting = record?.runs[0]?.waitForPace ?? 0
  if (waiting === 0 || mark !== undefined) return undefined
  const pace = `maxDeletionsPerRun is ${policy.spec.maxDeletionsPerRun}`
  const others = waiting === 1 ? 'it was left' : `it is among the ${waiting} images that were left`
  return { for: 'pace', text: `waits for its turn: ${others} to later runs, those pushed longest ago first; ${pace}` }
}

/** A single repository does not show the hash, which is that of all that waits: the last run recorded it. */
const howToApprove = ({ object }: Policy, record: PolicyRecord | undefined): string => {
  const { namespace, name } = object.metadata
  const hash = record?.approval?.wanted?.hash
  const seen = hash === undefined ? '' : `; the last run asked for the hash ${hash}`
  return `approve with 'shelflife approve ${namespace}/${name}'${seen}`
}

/** When it is deleted, as far as that is known of what waits. */
export const deletionWhileWaiting = (waits: Waiting | undefined, deletion: PlannedDeletion): PlannedDeletion => {
  if (waits === undefined) return deletion
  return {
    text:
      waits.for === 'approval'
        ? 'not deleted before a person approves'
        : 'deleted after one of the next runs has marked it',
  }
}
