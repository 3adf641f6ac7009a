import * as z from 'zod'

/**
 * What happened to a tag, an image or an object, in the order in which things happen where the time is one. Of an image
 * each belongs to one transition, see `lifecycle/transitions.ts`; entries of a tag name the tag.
 */
export const auditActions = [
  'tag-created',
  'tag-moved',
  'tag-gone',
  'image-recorded',
  'image-refreshed',
  'image-gone',
  'deletion-told',
  'used',
  'unused',
  // Of an earlier version, for both of the two above: entries are remembered for 400 days.
  'stage-changed',
  'approved',
  'marked',
  'mark-lifted',
  'deletion-started',
  'deleted',
  'object-deleted',
  'delete-failed',
  'restore-started',
  'restored',
  // In the place of an entry that cannot be read; never written.
  'unreadable',
] as const

/** One change: who, what, when and why. Carried by the item it changed, so that no crash can part the two. */
export const auditEntry = z.strictObject({
  id: z.string(),
  at: z.date(),
  /** `sync`, `inventory`, `policy eu-1/production/auto-cleanup`, `person alice`, `annotation`. */
  actor: z.string(),
  /** One of a later version stands as it was written. */
  action: z.enum(auditActions),
  /** Of the image; of an approval, the digest of the plan that was approved. */
  digest: z.string(),
  tag: z.string().exactOptional(),
  runId: z.string().exactOptional(),
  reason: z.string(),
  facts: z.array(z.string()).readonly(),
})

export type AuditAction = (typeof auditActions)[number]
export type AuditEntry = z.infer<typeof auditEntry>

/** An entry with the repository of its image, as lists over several repositories give it. */
export interface RecordedChange extends AuditEntry {
  /** `host/path`, normalised. */
  readonly repository: string
}
