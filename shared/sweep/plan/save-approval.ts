import { randomUUID } from 'node:crypto'
import { amountText } from '../../domain/amount-text.ts'
import { type ApprovalRecord, approvalEnd } from '../../domain/approval.ts'
import type { AuditEntry } from '../../domain/audit.ts'
import { secondsOf } from '../../domain/instant.ts'
import { shareText } from '../../domain/retention/limits.ts'
import { approveAnnotation, type Policy } from '../../objects/policy-object.ts'
import { approvedPolicyOf, type WaitingPlan } from '../world/hold-for-approval.ts'
import type { PlanDeps } from './plan-deps.ts'

/** What a person approved, and how. */
export interface GivenApproval {
  readonly policy: Policy
  readonly waiting: WaitingPlan
  /** Who, as far as it is known: `person alice`. */
  readonly by?: string
  /** True where that person wrote the table; else an annotation said so. */
  readonly onTable: boolean
}

/** The digests first, so that an approval that is found covers all it says. */
export async function saveApproval(
  given: GivenApproval,
  approvals: readonly ApprovalRecord[],
  { store, now }: Pick<PlanDeps, 'store' | 'now'>,
): Promise<ApprovalRecord> {
  const { policy, waiting, onTable } = given
  const approvedAt = now()
  const { hash, repositories } = waiting
  const expiresAtSeconds = Math.floor(approvedAt.getTime() / 1000) + rememberedSeconds
  for (const { repository, digests } of repositories)
    await store.saveApprovedDigests({ policy: policy.id, hash, repository, digests, expiresAtSeconds })
  const images = repositories.reduce((sum, one) => sum + one.digests.length, 0)
  const { id, uid, hash: policyHash } = approvedPolicyOf(policy)
  return store.saveApproval(
    {
      policy: id,
      uid,
      policyHash,
      hash,
      approvedAt,
      expiresAt: approvalEnd(approvedAt),
      images,
      repositories: repositories.length,
      repository: repositories[0]?.repository ?? policy.id,
      expiresAtSeconds,
      ...(onTable && { onTable }),
      change: entryOf(given, images, approvedAt),
    },
    approvals.find(one => one.hash === hash),
  )
}

/** As long as the audit trail. */
const rememberedSeconds = 400 * 86_400
const shownFacts = 50

function entryOf({ policy, waiting, by, onTable }: GivenApproval, images: number, at: Date): AuditEntry {
  const { plan, hash, repositories } = waiting
  const shares = repositories.map(share => shareText(share, policy.spec.maxDeletionPercent))
  return {
    id: randomUUID(),
    at,
    actor: by ?? 'annotation',
    action: 'approved',
    digest: plan,
    reason: `approved the plan ${hash} of policy ${policy.id}: ${amountText(images, 'image')} in ${amountText(repositories.length, 'repository')}, until ${secondsOf(approvalEnd(at))}`,
    facts: [
      howGiven(by, onTable),
      `for the policy's spec of hash ${policy.hash}`,
      ...shares.slice(0, shownFacts),
      ...(shares.length > shownFacts ? [`and ${shares.length - shownFacts} more repositories`] : []),
    ],
  }
}

function howGiven(by: string | undefined, onTable: boolean): string {
  if (onTable) return 'by shelflife approve, with the right to write the table'
  return by === undefined
    ? `by the annotation ${approveAnnotation}: who wrote it is not known`
    : `by shelflife approve, which wrote that name into the annotation ${approveAnnotation}`
}
