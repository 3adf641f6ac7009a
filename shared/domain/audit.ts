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
  // Of an earlier version, for both of the two above.
  'stage-changed',
  'approved',
  'marked',
  'mark-lifted',
  'deletion-started',
  'deleted',
  'archived',
  'object-deleted',
  'delete-failed',
  'restore-started',
  'restored',
  // In the place of an entry that cannot be read; never written.
  'unreadable',
] as const

/** Days that entries are kept: what people ask for months later, and what else happened. */
export const rememberedDays = { long: 400, short: 90 } as const

/**
 * Most of what happens, and nothing that a person answers for. A deletion that was begun stands here, since another entry
 * says how it ended.
 */
const soonForgotten: ReadonlySet<string> = new Set<(typeof auditActions)[number]>([
  'tag-created',
  'tag-moved',
  'image-recorded',
  'image-refreshed',
  'used',
  'unused',
  'stage-changed',
  'deletion-started',
])

/**
 * How many days an entry of that action is kept; one that a later version wrote long. `next`: what the image came to after
 * it. A mark that a deletion followed is told by that: under the same reason, and when it was.
 */
export const daysRemembered = (action: string, next?: string): number =>
  soonForgotten.has(action) || (action === 'marked' && next === 'deletion-started')
    ? rememberedDays.short
    : rememberedDays.long

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
  /**
   * Of a deletion that ended soon after it began: the entry of its begin, which says the same otherwise, but for the last
   * fact. Where entries are read they are two again, see {@link entriesIn}.
   */
  begun: z.strictObject({ id: z.string(), at: z.date() }).exactOptional(),
})

export type AuditAction = (typeof auditActions)[number]
export type AuditEntry = z.infer<typeof auditEntry>

/** A deletion whose end is told as late after its begin has an entry for each. */
export const mostBetweenMs = 60_000

/** What happened by an entry as it is stored, in order. */
export function entriesIn<T extends AuditEntry>({ begun, ...entry }: T): Omit<T, 'begun'>[] {
  if (!begun) return [entry]
  return [{ ...entry, ...begun, action: 'deletion-started', facts: entry.facts.slice(0, -1) }, entry]
}

/** An entry with the repository of its image, as lists over several repositories give it. */
export interface RecordedChange extends AuditEntry {
  /** `host/path`, normalised. */
  readonly repository: string
}
