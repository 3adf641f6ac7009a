import type { ApprovalState } from '../../domain/records/policies.ts'
import type { WaitingPlan } from '../world/hold-for-approval.ts'

/** So that the record and the status stay small. */
const shownRepositories = 20

/** What the policy's record and status show of a plan that waits. */
export const wantedOf = ({ hash, repositories, message }: WaitingPlan): NonNullable<ApprovalState['wanted']> => ({
  hash,
  count: repositories.length,
  message,
  repositories: repositories
    .slice(0, shownRepositories)
    .map(({ repository, images, toDelete, approved }) => ({ repository, images, toDelete, approved })),
})
