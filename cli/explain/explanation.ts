import type { Storage } from '../../shared/domain/records/images.ts'
import type { Rank } from '../../shared/domain/retention/explain/rank.ts'
import type { Saver } from '../../shared/domain/retention/explain/savers.ts'
import type { Rule } from '../../shared/domain/retention/rules.ts'
import type { PlannedDeletion } from '../plan/planned-deletion.ts'

/** Why an image is kept or would be deleted, as JSON; the text for people is rendered from it. Times RFC 3339, UTC. */
export interface ImageExplanation {
  readonly version: 1
  readonly now: string
  /** The image as it was asked for. */
  readonly asked: string
  readonly image: ExplainedImage
  readonly state: ImageState
  readonly summary: string
  readonly usage: 'complete' | 'incomplete' | 'none'
  /** Times with their sources. */
  readonly facts: readonly string[]
  /** Why a pull of it by a workload fails, or may; absent where none does. */
  readonly inDanger?: readonly string[]
  /** Tags on it that move, and that workloads pull only where a node has none; absent where there are none. */
  readonly nodesMayDiffer?: readonly string[]
  /** Workloads that refer to it now. */
  readonly usedBy: readonly string[]
  /** What the registry's own rules do with it, a line for each; absent where they leave it alone, or were not asked for. */
  readonly registryRules?: readonly string[]
  /** How registries copy it by themselves, and what a delete and a restore do then; absent where they do not. */
  readonly copies?: readonly string[]
  /** Repository objects that track it. */
  readonly objects: readonly string[]
  readonly policies: readonly PolicyExplanation[]
  readonly mark?: ExplainedMark
  readonly gone?: Disappearance
  /** Of what is there: the deletion that was undone or failed, tags that were moved away; absent where there is nothing. */
  readonly past?: readonly string[]
}

/** `marked`: deleted when its grace is over; `to-delete`: nothing keeps it, and no sweep has marked it yet. */
export type ImageState = 'kept' | 'to-delete' | 'marked' | 'gone'

export interface ExplainedImage {
  readonly repository: string
  readonly digest: string
  readonly tags: readonly string[]
  readonly mediaType?: string
  readonly sizeBytes?: number
  /** `linux/amd64` */
  readonly platform?: string
  readonly stage?: string
  /** Where its registry keeps it while it hands it out to nobody. */
  readonly storage?: Storage
  /** `cluster/namespace/name` of the policy that archived it; absent where none did. */
  readonly archivedBy?: string
}

export interface ExplainedVerdict {
  readonly verdict: 'keep' | 'delete'
  readonly rule: Rule
  readonly reason: string
}

/** What one policy that covers the image says of it, and what its next sweep would do. */
export interface PolicyExplanation extends ExplainedVerdict {
  /** `cluster/namespace/name`, or the file. */
  readonly policy: string
  /** Where the verdict delete means that the image goes into its registry's archive; absent where it is deleted. */
  readonly action?: 'Archive'
  readonly facts: readonly string[]
  readonly protectedBy: readonly string[]
  /** What the policy says by itself, where another policy keeps what it would delete. */
  readonly alone?: ExplainedVerdict
  /** Tags that are deleted although the image stays. */
  readonly deletedTags?: readonly string[]
  /** What `keepRecent` keeps of each count, where the policy has one. */
  readonly keepRecent?: number
  readonly ranks: readonly Rank[]
  readonly otherwise?: ExplainedOtherwise
  /** When it, or its `deletedTags`, would be deleted; absent for what is kept. */
  readonly deletion?: PlannedDeletion
  /** What it waits for before a run marks it, though nothing keeps it: its turn, or a person's approval. */
  readonly waits?: Waiting
  /** Changes of the policy that would keep it, each by itself. */
  readonly saves: readonly Saver[]
  /** Where the limits of the installation hold in place of its own, a line for each; absent for none. */
  readonly clamped?: readonly string[]
  /** Why no sweep of the policy deletes anything now. */
  readonly stoppedBy: readonly string[]
  readonly lastRun?: { readonly run: string; readonly result: string; readonly at: string; readonly message: string }
}

/** Why the limits of the policy hold up what it would delete. */
export interface Waiting {
  readonly for: 'pace' | 'approval'
  readonly text: string
}

/** What follows once the rule that keeps it does so no longer. */
export interface ExplainedOtherwise extends ExplainedVerdict {
  readonly after: 'use' | 'time'
  readonly until?: string
}

export interface ExplainedMark {
  readonly policy: string
  /** `cluster/namespace/name/run` */
  readonly run: string
  readonly markedAt: string
  readonly deleteAfter: string
  readonly reason: string
}

/** How an image or a tag disappeared, as far as the audit trail says. */
export interface Disappearance {
  readonly what: 'image' | 'tag'
  readonly at: string
  /** `found-gone`: a sync found that the registry no longer had it; absent where the audit trail does not say. */
  readonly how?: 'deleted' | 'found-gone'
  /**
   * Who deleted it: `policy eu-1/production/auto-cleanup`, `outside` where shelflife did not; absent where it is not
   * known.
   */
  readonly by?: string
  readonly run?: string
  readonly reason?: string
  readonly facts: readonly string[]
  /** Where only the tag went: the name under which its manifest answers, so that it can be tagged again. */
  readonly heldAs?: string
  /** Where its manifest is archived, the command that puts it back. */
  readonly restore?: string
}
