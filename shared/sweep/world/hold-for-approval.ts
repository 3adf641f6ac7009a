import pMap from 'p-map'
import {
  type ApprovalRecord,
  type ApprovedPolicy,
  covers,
  isForPolicy,
  planDigestOf,
  planHashOf,
} from '../../domain/approval.ts'
import type { Digest } from '../../domain/digest.ts'
import { secondsOf } from '../../domain/instant.ts'
import type { Mark } from '../../domain/records/images.ts'
import {
  type ApprovedShare,
  needsApproval,
  sharesText,
  shareText,
  tightestLimits,
} from '../../domain/retention/limits.ts'
import { approveAnnotation, type Policy } from '../../objects/policy-object.ts'
import type { Store } from '../../ports/store.ts'
import type { Evaluation } from './evaluate-policy.ts'
import type { RepositoryWorld } from './read-world.ts'
import { digestKey, tagKey } from './rivals.ts'

/** A repository that is left out until a person approves; `digests` are those to delete that are not approved. */
export interface WaitingRepository extends ApprovedShare {
  readonly digests: readonly string[]
}

/** What of a policy waits for a person. */
export interface WaitingPlan {
  /** The digest of the plan that is to be approved. */
  readonly plan: Digest
  /** How messages and people name it. */
  readonly hash: string
  readonly repositories: readonly WaitingRepository[]
  /** True where one is above the share of the installation: an annotation then approves nothing. */
  readonly needsTable: boolean
  /** What waits, why an earlier approval does not count, and how to approve. */
  readonly message: string
}

/** What of an evaluation may be done, and what waits for approval. */
export interface PermittedEvaluation {
  /** What may be marked and deleted. Its verdicts are as they were: limits do not change them. */
  readonly evaluation: Evaluation
  /** Undefined where nothing waits. */
  readonly waiting: WaitingPlan | undefined
}

const concurrency = 8

/** The policy as approvals are bound to it. */
export const approvedPolicyOf = ({ id, hash, object }: Policy): ApprovedPolicy => ({
  id,
  hash,
  uid: object.metadata.uid,
})

/**
 * The fuse of retention 24: takes out of an evaluation every repository of which too large a share would be deleted,
 * but for what a person has approved of it. The planner and the executor both call this, each on what it has just read.
 */
export async function holdForApproval(
  evaluation: Evaluation,
  worlds: readonly RepositoryWorld[],
  store: Pick<Store, 'listApprovals' | 'findApprovedDigests'>,
  now: Date,
): Promise<PermittedEvaluation> {
  const { policy } = evaluation
  const limits = tightestLimits([policy.spec])
  const suspects = sharesOf(evaluation).filter(share => needsApproval(limits, share))
  if (suspects.length === 0) return { evaluation, waiting: undefined }
  const approvals = await store.listApprovals(policy.id)
  const valid = approvals.filter(approval => isForPolicy(approval, approvedPolicyOf(policy)))
  const look: Look = { evaluation, worlds, approvals: valid, store, now }
  const looked = await pMap(suspects, share => withApproved(share, look), { concurrency })
  const waiting = looked.filter(share => needsApproval(limits, share))
  if (waiting.length === 0) return { evaluation, waiting: undefined }
  const earlier = earlierText(approvals, policy, now)
  return { evaluation: without(waiting, evaluation), waiting: waitingPlanOf(policy, waiting, earlier) }
}

interface Look {
  readonly evaluation: Evaluation
  readonly worlds: readonly RepositoryWorld[]
  readonly approvals: readonly ApprovalRecord[]
  readonly store: Pick<Store, 'findApprovedDigests'>
  readonly now: Date
}

/** What would be deleted of each repository that no other policy keeps, as if nothing were approved yet. */
const sharesOf = ({ judgement, digestsToDelete }: Evaluation): ApprovedShare[] =>
  judgement.shares.map(({ repository, images }) => ({
    repository,
    images,
    toDelete: digestsToDelete.get(repository)?.size ?? 0,
    approved: 0,
  }))

async function withApproved(share: ApprovedShare, look: Look): Promise<WaitingRepository> {
  const { evaluation, worlds, approvals, store, now } = look
  const { policy, digestsToDelete } = evaluation
  const world = worlds.find(one => one.id === share.repository)
  const marks = new Map<string, Mark | undefined>(world?.images.map(image => [image.digest, image.mark]))
  const markedAtOf = (digest: string) => {
    const mark = marks.get(digest)
    return mark?.policy === policy.id && mark.policyHash === policy.hash ? mark.markedAt : undefined
  }
  const left = new Set(digestsToDelete.get(share.repository))
  const counted = isAboveInstallation(share, policy) ? approvals.filter(({ onTable }) => onTable === true) : approvals
  for (const approval of counted) {
    const digests = await store.findApprovedDigests(policy.id, approval.hash, share.repository)
    for (const digest of digests)
      if (covers(approval, markedAtOf(digest), policy.spec.gracePeriodMs, now)) left.delete(digest)
  }
  return { ...share, approved: share.toDelete - left.size, digests: [...left] }
}

const isAboveInstallation = ({ images, toDelete }: ApprovedShare, { limits }: Policy): boolean =>
  toDelete * 100 > limits.maxDeletionPercent * images

function without(waiting: readonly WaitingRepository[], evaluation: Evaluation): Evaluation {
  const { policy } = evaluation
  const byRepository = new Map(waiting.map(one => [one.repository, one]))
  const digestsToDelete = new Map(evaluation.digestsToDelete)
  const spared = new Map(evaluation.spared)
  for (const one of waiting) {
    const left = new Set(one.digests)
    const reason = reasonOf(one, policy)
    const approved = [...(digestsToDelete.get(one.repository) ?? [])].filter(digest => !left.has(digest))
    digestsToDelete.set(one.repository, new Set(approved))
    for (const digest of left) spared.set(digestKey(one.repository, digest), reason)
  }
  const tagsToDelete = evaluation.tagsToDelete.filter(({ repository, tag, digest }) => {
    const one = byRepository.get(repository)
    const stays = one !== undefined && digestsToDelete.get(repository)?.has(digest) !== true
    if (stays) {
      spared.set(tagKey(repository, tag), reasonOf(one, policy))
      spared.set(digestKey(repository, digest), reasonOf(one, policy))
    }
    return !stays
  })
  return { ...evaluation, digestsToDelete, tagsToDelete, spared }
}

const reasonOf = (share: ApprovedShare, { spec }: Policy): string =>
  `waits for a person's approval: ${shareText(share, spec.maxDeletionPercent)}`

function waitingPlanOf(
  policy: Policy,
  repositories: readonly WaitingRepository[],
  earlier: string | undefined,
): WaitingPlan {
  const plan = planDigestOf(approvedPolicyOf(policy), repositories)
  const hash = planHashOf(plan)
  const shares = sharesText(repositories, policy.spec.maxDeletionPercent)
  const before = earlier === undefined ? '' : `${earlier}; `
  const needsTable = repositories.some(share => isAboveInstallation(share, policy))
  const how = howToApprove(policy, hash, needsTable)
  return { plan, hash, repositories, needsTable, message: `${before}${shares}: ${how}` }
}

const howToApprove = ({ object, limits }: Policy, hash: string, needsTable: boolean): string => {
  const { namespace, name } = object.metadata
  if (needsTable)
    return `approve with 'shelflife approve ${namespace}/${name}' as somebody who may write the table of the installation, since its maxDeletionPercent is ${limits.maxDeletionPercent}`
  return `approve with 'kubectl annotate imagecleanuppolicy ${name} -n ${namespace} ${approveAnnotation}=${hash}' or 'shelflife approve ${namespace}/${name}'`
}

/** Why the approval that was given last does not count any more; undefined where there is none that could be missed. */
function earlierText(approvals: readonly ApprovalRecord[], policy: Policy, now: Date): string | undefined {
  const [latest] = approvals.toSorted((a, b) => b.approvedAt.getTime() - a.approvedAt.getTime())
  if (latest === undefined) return undefined
  const wanted = approvedPolicyOf(policy)
  if (latest.uid !== wanted.uid) return `the approval ${latest.hash} was for another policy of this name`
  if (!isForPolicy(latest, wanted)) return `the approval ${latest.hash} was for another spec of the policy`
  return latest.expiresAt <= now ? `the approval ${latest.hash} ended at ${secondsOf(latest.expiresAt)}` : undefined
}
