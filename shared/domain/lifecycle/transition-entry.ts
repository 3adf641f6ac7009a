import type { AuditAction } from '../audit.ts'
import type { Digest } from '../digest.ts'
import { secondsOf } from '../instant.ts'
import type { Mark } from '../records/images.ts'

/** What the caller gives for the audit entry; the rest of it follows from the transition. */
export interface Why {
  /** Unique among all entries. */
  readonly id: string
  /** `sync`, `inventory`, `policy eu-1/production/auto-cleanup`, `person alice`. */
  readonly actor: string
  readonly reason: string
  readonly facts?: readonly string[]
  readonly runId?: string
}

/** Of a transition that leads out of Cleanup, or to an image that was not there. */
export interface WhyWithUse extends Why {
  /** True where a workload refers to the image now. */
  readonly isUsed: boolean
}

/** Of what a run of a policy does. */
export interface WhyOfRun extends Why {
  readonly runId: string
}

/** The one audit action of each transition: an entry says which it was. */
export const actionOf = {
  found: 'image-recorded',
  refreshed: 'image-refreshed',
  used: 'used',
  unused: 'unused',
  marked: 'marked',
  lifted: 'mark-lifted',
  deletionBegun: 'deletion-started',
  deletionFailed: 'delete-failed',
  deleted: 'deleted',
  archived: 'archived',
  objectDeleted: 'object-deleted',
  gone: 'image-gone',
  toldOfGone: 'deletion-told',
  restoreBegun: 'restore-started',
  restored: 'restored',
} as const satisfies Record<string, AuditAction>

export type Verb = keyof typeof actionOf

/** The audit entry of a transition that is made `at` a time. */
export const entryOf = (verb: Verb, digest: Digest, { id, actor, reason, facts, runId }: Why, at: Date) => ({
  id,
  at,
  actor,
  action: actionOf[verb],
  digest,
  ...(runId !== undefined && { runId }),
  reason,
  facts: facts ?? [],
})

/** With when the image was marked, for an entry that is kept longer than that of its mark. */
export const withMarkTime = <W extends Why>(why: W, mark: Pick<Mark, 'markedAt'> | undefined): W =>
  mark === undefined ? why : { ...why, facts: [...(why.facts ?? []), `marked ${secondsOf(mark.markedAt)}`] }
