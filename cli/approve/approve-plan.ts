import { amountText } from '../../shared/domain/amount-text.ts'
import { type ApprovalRecord, approvalEnd, approvalValue, isForPolicy } from '../../shared/domain/approval.ts'
import { secondsOf } from '../../shared/domain/instant.ts'
import { quoted } from '../../shared/domain/repository-name.ts'
import { shareText } from '../../shared/domain/retention/limits.ts'
import { InvalidInputError, StoreUnavailableError } from '../../shared/errors.ts'
import { approveAnnotation, type Policy } from '../../shared/objects/policy-object.ts'
import type { Cluster } from '../../shared/ports/cluster.ts'
import type { Store } from '../../shared/ports/store.ts'
import { saveLatest } from '../../shared/records/save-latest.ts'
import type { Rulebook } from '../../shared/settings.ts'
import { workloadSourcesOf } from '../../shared/settings.ts'
import { lookAtPolicy } from '../../shared/sweep/plan/look-at-policy.ts'
import { type GivenApproval, saveApproval } from '../../shared/sweep/plan/save-approval.ts'
import { ClusterLists, unreadFor } from '../../shared/sweep/world/cluster-lists.ts'
import type { WaitingPlan } from '../../shared/sweep/world/hold-for-approval.ts'
import { approvedPolicyOf } from '../../shared/sweep/world/hold-for-approval.ts'
import { repositoriesOf } from '../../shared/sweep/world/read-policy-world.ts'
import { getPolicy } from '../connect/find-policy.ts'
import type { Installation } from '../connect/installation.ts'
import { refuseOther } from '../connect/whose-cluster.ts'

export interface ApproveRequest {
  /** `NAMESPACE/NAME`, or `CLUSTER/NAMESPACE/NAME`. */
  readonly policy: string
  /** Of the plan that the person has seen; the one that waits now where absent. */
  readonly hash?: string
  readonly now: Date
}

/**
 * Approves what of a policy waits for a person, in lines for that person. It is the annotation that is written, and the
 * planner that records it: the planner makes the plan anew and compares, so that there is one way in for kubectl and for
 * this command, on one machine and on AWS, and nobody needs a right on the table. Above the share of the installation the
 * approval itself is written there first, which only those can who may.
 * @throws InvalidInputError where another plan waits than that of the hash; AccessDeniedError in a cluster of another
 *   installation, whose table this one does not read
 */
export async function approvePlan(
  { policy: name, hash, now }: ApproveRequest,
  installation: Installation,
): Promise<readonly string[]> {
  const { store, settings, rulebook } = installation
  const clusters = await installation.connectClusters()
  const { policy, cluster } = await getPolicy(name, clusters, installation.rulebook.limits)
  const doubts = await refuseOther(cluster, installation, 'nothing was approved')
  const all = await new ClusterLists(clusters, rulebook, settings.awsWorkloads).all()
  for (const error of unreadFor(all.unread, repositoriesOf([policy], all.tracked), rulebook).values()) throw error
  const look = await lookAtPolicy(policy, all, now, {
    store,
    clusters: workloadSourcesOf(settings),
    registries: rulebook,
  })
  const { waiting } = look.permitted
  if (hash !== undefined && waiting !== undefined && waiting.hash !== hash)
    throw new InvalidInputError(
      `expected the hash ${waiting.hash} of the plan that waits now, got ${quoted(hash)}; ${sharesOf(waiting, policy.spec.maxDeletionPercent).join('; ')}`,
    )
  const by = await installation.findActor()
  if (waiting === undefined) {
    const begun = await findUntold(policy, hash, now, store)
    if (begun === undefined) return [`nothing of policy ${policy.id} waits for approval`]
    await annotate(name, clusters, rulebook, approvalValue(begun.hash, by))
    return [
      `the plan ${begun.hash} of policy ${policy.id} was approved already, until ${secondsOf(begun.expiresAt)}; nobody had told the planner`,
      ...whatNext(name),
      ...doubts,
    ]
  }
  if (waiting.needsTable) {
    await approveOnTable({ policy, waiting, by, onTable: true }, store, now)
  }
  await annotate(name, clusters, rulebook, approvalValue(waiting.hash, by))
  return [...approvedLines(waiting, policy, now), ...whatNext(name), ...doubts]
}

const approvedLines = (waiting: WaitingPlan, { id, spec }: Policy, now: Date): string[] => [
  ...sharesOf(waiting, spec.maxDeletionPercent),
  `approved the plan ${waiting.hash} of policy ${id}: ${imagesOf(waiting)} may be deleted, until ${secondsOf(approvalEnd(now))}`,
]

/** @throws StoreUnavailableError that says what is lacking, for whoever may only read the table */
async function approveOnTable(given: GivenApproval, store: Store, now: Date): Promise<void> {
  const approvals = await store.listApprovals(given.policy.id)
  try {
    await saveApproval(given, approvals, { store, now: () => now })
  } catch (cause) {
    if (!(cause instanceof StoreUnavailableError)) throw cause
    const { maxDeletionPercent } = given.policy.limits
    throw new StoreUnavailableError(
      `expected the right to write the table of the installation: nothing was approved; above its maxDeletionPercent of ${maxDeletionPercent} only who has it may approve: ${cause.message}`,
      { kind: cause.kind, cause },
    )
  }
}

const whatNext = (name: string): string[] => [
  'the next minute records it and begins a run, unless the plan has changed by then; see the condition ApprovalRequired, or',
  `  shelflife history --policy ${name}`,
]

/** An approval that was written to the table, by a command that ended before it wrote the annotation: no run began for it. */
async function findUntold(
  policy: Policy,
  hash: string | undefined,
  now: Date,
  store: Store,
): Promise<ApprovalRecord | undefined> {
  const [approvals, record] = await Promise.all([store.listApprovals(policy.id), store.findPolicy(policy.id)])
  const toldMs = record?.uid === policy.object.metadata.uid ? (record.approval?.until?.getTime() ?? 0) : 0
  return approvals
    .filter(one => one.onTable === true && isForPolicy(one, approvedPolicyOf(policy)) && now < one.expiresAt)
    .filter(one => (hash === undefined || one.hash === hash) && one.expiresAt.getTime() > toldMs)
    .sort((a, b) => b.approvedAt.getTime() - a.approvedAt.getTime())[0]
}

const sharesOf = ({ repositories }: WaitingPlan, maxPercent: number): string[] =>
  repositories.map(share => shareText(share, maxPercent))

const imagesOf = ({ repositories }: WaitingPlan): string =>
  amountText(
    repositories.reduce((sum, one) => sum + one.digests.length, 0),
    'image',
  )

/** The object is read again where it moved on meanwhile: its status is written every now and then. */
const annotate = (name: string, clusters: readonly Cluster[], { limits }: Rulebook, value: string): Promise<void> =>
  saveLatest(async () => {
    const { policy, cluster } = await getPolicy(name, clusters, limits)
    await cluster.annotate(policy.object, { [approveAnnotation]: value })
  }, 2)
