import { createHash } from 'node:crypto'
import * as z from 'zod'
import { auditEntry } from './audit.ts'
import type { Digest } from './digest.ts'
import { dayMs } from './duration.ts'

/** A person's approval of what a policy would delete beyond its share (retention 24). It stands beside what it covers. */
export const approvalRecord = z.strictObject({
  /** `cluster/namespace/name` of the policy. */
  policy: z.string(),
  /** Uid of the policy's object: the approval does not count for another object of its name. */
  uid: z.string(),
  /** The hash of the policy that it was given for. */
  policyHash: z.string(),
  /** Names the plan: see {@link planHashOf}. */
  hash: z.string(),
  approvedAt: z.date(),
  expiresAt: z.date(),
  /** How many images it covers, in how many repositories. */
  images: z.int(),
  repositories: z.int(),
  /** The first of its repositories, under which the audit trail shows it. */
  repository: z.string(),
  /** Seconds since 1970 from which on the table forgets it. */
  expiresAtSeconds: z.number(),
  /**
   * True where it was written by a person who may write the table: it counts above the limits of the installation, too.
   */
  onTable: z.boolean().exactOptional(),
  number: z.int(),
  change: auditEntry,
})
export type ApprovalRecord = z.infer<typeof approvalRecord>

/** What of a repository waits for approval. */
export interface WaitingDigests {
  readonly repository: string
  readonly digests: readonly string[]
}

/** The policy that a plan is of, as far as an approval is bound to it. */
export interface ApprovedPolicy {
  readonly id: string
  readonly uid: string
  readonly hash: string
}

const approvalMs = 7 * dayMs
const hashLength = 16

/**
 * Names the plan that waits: another policy, another object of its name, another spec, one digest more or less, and it
 * is another plan. The order of repositories and digests does not matter.
 */
export function planDigestOf({ id, uid, hash }: ApprovedPolicy, waiting: readonly WaitingDigests[]): Digest {
  const sum = createHash('sha256').update(JSON.stringify([id, uid, hash]))
  for (const { repository, digests } of waiting.toSorted((a, b) => (a.repository < b.repository ? -1 : 1))) {
    sum.update(`\n${repository}`)
    for (const digest of digests.toSorted()) sum.update(`\n${digest}`)
  }
  return `sha256:${sum.digest('hex')}`
}

/** The hash that messages name and people give: the first 16 hex digits of the plan's digest. */
export const planHashOf = (plan: Digest): string => plan.slice('sha256:'.length, 'sha256:'.length + hashLength)

/** When an approval that is given now ends. */
export const approvalEnd = (now: Date): Date => new Date(now.getTime() + approvalMs)

/** True for an approval of this policy as it is: of this object and this spec. */
export const isForPolicy = ({ policy, uid, policyHash }: ApprovalRecord, wanted: ApprovedPolicy): boolean =>
  policy === wanted.id && uid === wanted.uid && policyHash === wanted.hash

/**
 * True while an approval lets an image be marked; and, for one that was marked under it, until the grace of the last
 * such mark is over, since the first half of a deletion was done in time.
 */
export function covers(
  { approvedAt, expiresAt }: ApprovalRecord,
  markedAt: Date | undefined,
  gracePeriodMs: number,
  now: Date,
): boolean {
  if (now < expiresAt) return true
  const isMarkedInTime = markedAt !== undefined && markedAt >= approvedAt && markedAt < expiresAt
  return isMarkedInTime && now.getTime() <= expiresAt.getTime() + gracePeriodMs
}

/** What a person wrote to approve a plan. */
export interface ApprovalRequest {
  /** As it was given: whether it is the hash of any plan is not known yet. */
  readonly hash: string
  /** Who, as far as it was written down: `person alice`. The author of an annotation cannot be known. */
  readonly by?: string
}

const requestPattern = /^(\S+) by (person [^\s\p{C}][^\p{C}]{0,500})$/u

/** Reads the value of the annotation: a hash, or what `shelflife approve` writes: a hash, ` by ` and who ran it. */
export function parseApproval(value: string): ApprovalRequest {
  const [, hash, by] = requestPattern.exec(value.trim()) ?? []
  return hash === undefined || by === undefined ? { hash: value.trim() } : { hash, by }
}

/** The value that {@link parseApproval} reads. */
export const approvalValue = (hash: string, by: string): string => `${hash} by ${by}`
