import * as z from 'zod'
import { audited, digest, sourcedTime, type Unclear } from './parts.ts'

/**
 * A name in a repository that could not be read, so that where it points is not known: its tag record, where there is
 * one, stays as it was. Written when it is met, and removed when it is read or gone.
 */
export const unreadTagRecord = z.strictObject({
  repository: z.string(),
  /** As the registry spells it: any text, also one that cannot be the name of a tag. */
  tag: z.string(),
  /** Why, for people. */
  unreadable: z.string(),
  /** The registry failed, so that the next sync may read it; absent where its answer stands. */
  isFailure: z.literal(true).exactOptional(),
  /** The digests that it may lead to; absent where it may be any. */
  mayReferTo: z.array(digest).readonly().exactOptional(),
  firstSeenAt: z.date(),
  /** Which credential wrote this: see `SyncRecord`. */
  seenBy: z.string().exactOptional(),
})
export type UnreadTagRecord = z.infer<typeof unreadTagRecord>

/** A tag and the digest it points at. Kept, with `goneAt`, after the registry answered 404 for it. */
export const tagRecord = z.strictObject({
  repository: z.string(),
  tag: z.string(),
  digest,
  previousDigest: digest.exactOptional(),
  firstSeenAt: z.date(),
  /** When it last came to point at another digest, or was put on an image that had been there before it. */
  movedAt: z.date().exactOptional(),
  checkedAt: z.date(),
  goneAt: z.date().exactOptional(),
  /** Which credential wrote this, having read it: see `SyncRecord`. */
  seenBy: z.string().exactOptional(),
  ...audited,
})
export type TagRecord = z.infer<typeof tagRecord> & Unclear

export const stages = ['Introduction', 'Use', 'Maintenance', 'Cleanup'] as const
/** The four stages of an image, in order. */
export type Stage = (typeof stages)[number]

/** The first half of a deletion: visible, dated, reversible. */
export const mark = z.strictObject({
  /** `cluster/namespace/name` of the policy. */
  policy: z.string(),
  policyHash: z.string(),
  runId: z.string(),
  markedAt: z.date(),
  deleteAfter: z.date(),
  reason: z.string(),
  facts: z.array(z.string()).readonly(),
  /** It is to go into its registry's archive instead of being deleted. */
  archives: z.literal(true).exactOptional(),
})
export type Mark = z.infer<typeof mark>

/**
 * The objects that a mark ends with: another policy, or namespace, of these names has no part in it. It stands beside
 * the mark, since versions before read a mark without it.
 */
const markOwner = z.strictObject({ policyUid: z.string(), namespaceUid: z.string() })
export type MarkOwner = z.infer<typeof markOwner>

/** A deletion that a run began, without a record of how it ended: the registry may still carry it out. */
const begunDeletion = z.strictObject({
  /** `cluster/namespace/name` of the policy. */
  policy: z.string(),
  runId: z.string(),
  at: z.date(),
  /** Those of the mark. */
  reason: z.string(),
  facts: z.array(z.string()).readonly(),
  /** What of it the run names: tags, or the digest where there are none. */
  tags: z.array(z.string()).readonly(),
  /** The run counts it as failed. */
  isFailure: z.boolean(),
})
export type BegunDeletion = z.infer<typeof begunDeletion>

/** Where a registry keeps an image that it hands out to nobody: in its archive, or on the way back from there. */
export const storages = ['archived', 'activating'] as const
export type Storage = (typeof storages)[number]

/** A manifest of one repository, with all that retention and restore need of it. */
export const imageRecord = z.strictObject({
  repository: z.string(),
  digest,
  mediaType: z.string().exactOptional(),
  /**
   * Why its manifest cannot be read. Then `children` are all that it may refer to, and nothing else of it is known: an
   * earlier version, which does not know this field, keeps it for its missing media type.
   */
  unreadable: z.string().exactOptional(),
  /** Absent: it is handed out, as far as is known. What was read of it before stays true. */
  storage: z.enum(storages).exactOptional(),
  /**
   * The run that archived it, where `storage` says that it is archived; else one that had begun to, of which it is not
   * recorded how that ended.
   */
  archivedBy: z.strictObject({ policy: z.string(), runId: z.string(), at: z.date() }).exactOptional(),
  sizeBytes: z.number().exactOptional(),
  /** Absent: not known. Stored apart from the layers because the graph is needed far more often. */
  children: z.array(digest).readonly().exactOptional(),
  subject: digest.exactOptional(),
  artifactType: z.string().exactOptional(),
  blobs: z
    .array(z.strictObject({ digest, sizeBytes: z.number() }))
    .readonly()
    .exactOptional(),
  createdAt: z.date().exactOptional(),
  platform: z
    .strictObject({ os: z.string(), architecture: z.string(), variant: z.string().exactOptional() })
    .exactOptional(),
  firstSeenAt: z.date(),
  pushedAt: sourcedTime,
  pulledAt: z.date().exactOptional(),
  /** When this product last had the manifest handed out by a registry that counts that as a pull. */
  ownReadAt: z.date().exactOptional(),
  /** Nobody had pulled it before that, said a registry that would have told. */
  ownReadIsFirst: z.literal(true).exactOptional(),
  stage: z.enum(stages),
  mark: mark.exactOptional(),
  markedFor: markOwner.exactOptional(),
  /** Set before the first delete call, so that a killed sweep is continued and not repeated. */
  deletion: z
    .strictObject({ runId: z.string(), startedAt: z.date(), tags: z.array(z.string()).readonly() })
    .exactOptional(),
  /** The policy whose sweep had begun to delete it when the mark was lifted; how that ended may not be recorded. */
  begunBy: z.string().exactOptional(),
  /** More of the same, where the registry may have been asked to delete it; versions before do not write it. */
  begun: begunDeletion.exactOptional(),
  goneAt: z.date().exactOptional(),
  /** Which credential wrote this, having read it: see `SyncRecord`. */
  seenBy: z.string().exactOptional(),
  ...audited,
})
export type ImageRecord = z.infer<typeof imageRecord> & Unclear
