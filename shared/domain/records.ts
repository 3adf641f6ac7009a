import * as z from 'zod'
import { auditEntry } from './audit.ts'
import { auditPosition, exportedStretch } from './audit-export.ts'
import type { Digest } from './digest.ts'
import { isDigest } from './digest.ts'
import { freedShares } from './freed-shares.ts'
import { storageCheck } from './storage-check.ts'

const digest = z.custom<Digest>(
  value => typeof value === 'string' && isDigest(value),
  'expected sha256: and 64 hex digits',
)

/** When something happened and who says so; `first-seen` is our own first look and never older than the truth. */
const sourcedTime = z.strictObject({ at: z.date(), source: z.enum(['registry', 'event', 'first-seen']) })

/** The number a record was written under: each write expects the one before and adds one. */
const numbered = { number: z.int() }
/** A record whose last change is explained on the record itself. */
const audited = { ...numbered, change: auditEntry }

/**
 * Set where a record is read that has a word which nobody here knows, and says which: a later version wrote it. Whatever
 * it is about is kept. Never stored.
 */
interface Unclear {
  readonly unclear?: string
}

/**
 * A name in a repository of which it could not be told where it points: as a tag record, where there is one, it stays as
 * it was. Written when it is met, and removed when it is read or gone.
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
  /** When it last came to point at another digest; the first sight of a tag is not a move. */
  movedAt: z.date().exactOptional(),
  checkedAt: z.date(),
  goneAt: z.date().exactOptional(),
  /** Which credential wrote this, having read it: see `SyncRecord`. */
  seenBy: z.string().exactOptional(),
  ...audited,
})
export type TagRecord = z.infer<typeof tagRecord> & Unclear

export const stages = ['Introduction', 'Use', 'Maintenance', 'Cleanup'] as const
/** The four stages of the seed, in order. */
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
})
export type Mark = z.infer<typeof mark>

/**
 * The objects that a mark ends with: another policy, or namespace, of these names has no part in it. It stands beside
 * the mark, since versions before read a mark without it.
 */
const markOwner = z.strictObject({ policyUid: z.string(), namespaceUid: z.string() })
export type MarkOwner = z.infer<typeof markOwner>

/** A deletion that a run began and of which nobody noted how it ended: the registry may still have carried it out. */
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
  stage: z.enum(stages),
  mark: mark.exactOptional(),
  markedFor: markOwner.exactOptional(),
  /** Set before the first delete call, so that a killed sweep is continued and not repeated. */
  deletion: z
    .strictObject({ runId: z.string(), startedAt: z.date(), tags: z.array(z.string()).readonly() })
    .exactOptional(),
  /** The policy whose sweep had begun to delete it when the mark was lifted: nobody may have noted how that ended. */
  begunBy: z.string().exactOptional(),
  /** More of the same, where the registry may have been asked to delete it; versions before do not write it. */
  begun: begunDeletion.exactOptional(),
  goneAt: z.date().exactOptional(),
  /** Which credential wrote this, having read it: see `SyncRecord`. */
  seenBy: z.string().exactOptional(),
  ...audited,
})
export type ImageRecord = z.infer<typeof imageRecord> & Unclear

export const syncTriggers = ['Initial', 'Scheduled', 'Manual', 'Retry', 'SpecChange'] as const

/** How an attempt to sync ended. `reason` is one of the condition reasons that the cluster shows. */
export const syncOutcome = z.strictObject({
  attempt: z.string(),
  trigger: z.enum(syncTriggers),
  startedAt: z.date(),
  finishedAt: z.date(),
  succeeded: z.boolean(),
  reason: z.string(),
  message: z.string(),
  retryAfterMs: z.number().exactOptional(),
})
export type SyncOutcome = z.infer<typeof syncOutcome>

/**
 * What is known of a repository as a whole, whoever read it. Its id is `host/path` with the canonical host. How each
 * credential fares with it is told by its own {@link syncRecord}: nothing is decided by the outcome here, which versions
 * before read.
 */
export const repositoryRecord = z.strictObject({
  id: z.string(),
  registry: z.string(),
  path: z.string(),
  /** Of versions before: the secret of the credential that was asked with last. */
  credentialId: z.string().exactOptional(),
  firstSyncedAt: z.date().exactOptional(),
  lastSyncedAt: z.date().exactOptional(),
  lastOutcome: syncOutcome.exactOptional(),
  failureCount: z.int(),
  tagCount: z.int(),
  /** Bytes of the distinct configs and layers of its images, as of the last full sync. */
  storedBytes: z.number().exactOptional(),
  ...numbered,
})
export type RepositoryRecord = z.infer<typeof repositoryRecord>

export const rememberedDenials = 100
export const rememberedAnswers = 2000

/** How far something came that goes through the tags of a repository. */
const position = {
  /** Tags up to this name are done, in the order of their bytes; empty while none is. */
  after: z.string(),
  /** Tags that are done, of all that there are. */
  done: z.int(),
  total: z.int(),
  tagCount: z.int(),
  changes: z.int(),
  /** Something of the repository was read. */
  hasRead: z.boolean(),
  /** Tags that are recorded as there and were denied, at most {@link rememberedDenials}. */
  denied: z.array(z.string()).readonly(),
}

/** A sync that is too large for one invocation: what it has done, and where its next slice goes on. */
export const syncProgress = z.strictObject({
  /** The request that began it. */
  attempt: z.string(),
  trigger: z.enum(syncTriggers),
  startedAt: z.date(),
  /** Requests of objects that its end answers; see `SyncRequest`. */
  asks: z.array(z.string()).readonly(),
  slices: z.int(),
  ...position,
  /** When a slice of it failed; absent where it came further since. It goes on with the retry. */
  failedAt: z.date().exactOptional(),
})
export type SyncProgress = z.infer<typeof syncProgress>

/** A sync that was not tried: the host is left alone, or has all the places that it may take. It counts for nothing. */
export const deferredSync = z.strictObject({
  attempt: z.string(),
  trigger: z.enum(syncTriggers),
  asks: z.array(z.string()).readonly(),
  /** When it is due again. */
  until: z.date(),
  /** Why, for people. */
  message: z.string(),
})
export type DeferredSync = z.infer<typeof deferredSync>

/**
 * How one credential fares with one repository: outcome, schedule and retries are those of the pair. One that the
 * registry refuses, or answers 404 to, says nothing of what another reads.
 */
export const syncRecord = z.strictObject({
  repository: z.string(),
  /** See `sync-credential.ts`. */
  credential: z.string(),
  /** Absent before the first attempt has ended. */
  lastOutcome: syncOutcome.exactOptional(),
  /** What attempts answered that objects asked for, the last first, at most {@link rememberedAnswers}: see `SyncRequest`. */
  answered: z.array(z.string()).readonly().exactOptional(),
  /** An attempt that goes on; absent where none does. */
  progress: syncProgress.exactOptional(),
  /** An attempt that waits to be tried; absent where none does. */
  deferred: deferredSync.exactOptional(),
  /** Failures in a row; 0 after a success. */
  failureCount: z.int(),
  /** When the first of those ended. */
  failingSince: z.date().exactOptional(),
  /** When the last sync with it that succeeded ended; absent while none has. */
  lastSucceededAt: z.date().exactOptional(),
  /**
   * When the last sync with it began that saw every tag which was recorded as there: what was recorded by then it had
   * seen, so that its word counts when it does not find it any more.
   */
  sawAllAt: z.date().exactOptional(),
  /**
   * Tags that are recorded as there and were denied to it in that last sync that succeeded: some registries hide one by
   * one what may not be read. At most {@link rememberedDenials}; where there are as many, there may be more.
   */
  denied: z.array(z.string()).readonly().exactOptional(),
  ...numbered,
})
export type SyncRecord = z.infer<typeof syncRecord>

/**
 * How far a sweep came with its look at the registry where that is too large for one invocation. It tells what the
 * table was made to say, so that one for each policy is enough: whoever looks holds the lease of the repository.
 */
export const lookRecord = z.strictObject({
  repository: z.string(),
  /** `cluster/namespace/name`. */
  policy: z.string(),
  /** The run that looks: another begins anew. */
  runId: z.string(),
  ...position,
  startedAt: z.date(),
  /** When it came further last. */
  movedAt: z.date(),
  /** When all was read; absent before. */
  endedAt: z.date().exactOptional(),
  /** Seconds since 1970 from which on the table forgets it. */
  expiresAtSeconds: z.number(),
  ...numbered,
})
export type LookRecord = z.infer<typeof lookRecord>

/** True for one of which an attempt has ended. */
export const hasEnded = <S extends { readonly lastOutcome?: SyncOutcome }>(
  sync: S,
): sync is S & { readonly lastOutcome: SyncOutcome } => sync.lastOutcome !== undefined

/** True where the last attempt that ended succeeded. */
export const hasSucceeded = ({ lastOutcome }: Pick<SyncRecord, 'lastOutcome'>): boolean =>
  lastOutcome?.succeeded === true

/**
 * The copy of a RegistrySecret's credential, where syncs find it: for which host, whose, and how long it may be used.
 * Written before the copy is, so that no copy is without it.
 */
export const credentialRecord = z.strictObject({
  cluster: z.string(),
  /** Of the RegistrySecret: another object of its name is another credential. */
  uid: z.string(),
  namespace: z.string(),
  name: z.string(),
  /** The host that it was configured for, normalised; it is sent nowhere else. */
  host: z.string(),
  /** The secret that holds the copy. */
  secretId: z.string(),
  /** The last time that the registry accepted it; absent before the first. It may be used for 24 h from then on. */
  verifiedAt: z.date().exactOptional(),
  /** When the object or its Secret went; the copy is deleted. */
  endedAt: z.date().exactOptional(),
  /** Seconds since 1970 from which on the table forgets it; set when it ends. */
  expiresAtSeconds: z.number().exactOptional(),
  ...numbered,
})
export type CredentialRecord = z.infer<typeof credentialRecord>

/**
 * A registry host that did not answer as one that works; a host that never failed has none. While `until` is to come,
 * nothing is sent to it.
 */
export const hostRecord = z.strictObject({
  host: z.string(),
  /** Syncs that failed in a row; 0 after a success. */
  failures: z.int(),
  /** When the first of those ended, or the success. */
  since: z.date(),
  /** Of which repositories, the latest first; at most three. */
  repositories: z.array(z.string()).readonly(),
  /** How often it was left alone in a row. */
  timesLeft: z.int(),
  /** When it last was; what began before tells nothing new. */
  leftAt: z.date().exactOptional(),
  until: z.date().exactOptional(),
  /** What it did, for people; empty after a success. */
  message: z.string(),
  ...numbered,
})
export type HostRecord = z.infer<typeof hostRecord>

/** A place among the invocations that run syncs, held by one whose syncs take long; or the wish of a host for one. */
export const slotRecord = z.strictObject({
  /** A number of two digits; of a wish, the host. */
  name: z.string(),
  /** Whose syncs they are. */
  hosts: z.array(z.string()).readonly(),
  /** The invocation; absent on a wish. */
  holder: z.string().exactOptional(),
  expiresAt: z.date(),
  ...numbered,
})
export type SlotRecord = z.infer<typeof slotRecord>

/** Which version of the table's keys and records stands, and who wrote it. One for the whole table. */
export const tableRecord = z.strictObject({
  /** The number of the last migration that ended; see `shared/records/migrate.ts`. */
  version: z.int(),
  /** The release that wrote this. */
  writtenBy: z.string(),
  /** Where a migration under way goes on. */
  cursor: z.string().exactOptional(),
  ...numbered,
})
export type TableRecord = z.infer<typeof tableRecord>

/** One workload's reference to an image of a repository, from the first time it was seen to the last. */
export const usageRecord = z.strictObject({
  repository: z.string(),
  cluster: z.string(),
  kind: z.string(),
  namespace: z.string(),
  name: z.string(),
  /** As the workload spells it. */
  image: z.string(),
  rollback: z.boolean(),
  firstSeenAt: z.date(),
  /** Absent while it is still seen: it was last seen when its cluster was last listed. */
  endedAt: z.date().exactOptional(),
  /** Seconds since 1970 from which on the table forgets the record: another tells all that it does. */
  expiresAtSeconds: z.number().exactOptional(),
})
export type UsageRecord = z.infer<typeof usageRecord> & Unclear

/** How the last listing of a cluster ended. What is not complete protects everything. */
export const inventoryRecord = z.strictObject({
  cluster: z.string(),
  startedAt: z.date(),
  finishedAt: z.date(),
  complete: z.boolean(),
  workloads: z.int(),
  message: z.string(),
  /** Which rights its user has not, in words, and when that was asked; absent where nobody could tell. */
  missingRights: z.array(z.string()).readonly().exactOptional(),
  rightsAskedAt: z.date().exactOptional(),
  ...numbered,
})
export type InventoryRecord = z.infer<typeof inventoryRecord>

export const sweepActions = ['Deleted', 'WouldDelete', 'Failed'] as const
export const runTriggers = ['Scheduled', 'Manual', 'StoragePressure'] as const
export const runResults = ['Running', 'Success', 'PartialFailure', 'Failed', 'Skipped'] as const

export const sweepItem = z.strictObject({
  namespace: z.string(),
  name: z.string(),
  image: z.string(),
  action: z.enum(sweepActions),
  reason: z.string(),
  message: z.string(),
})
export type SweepItem = z.infer<typeof sweepItem>

/** One run of one policy, as `kubectl get imagecleanuppolicy -o yaml` shows it. */
export const runRecord = z.strictObject({
  /** Unique among the runs of its policy. */
  runId: z.string(),
  /** The annotation's value that asked for it, so that a repeated invocation goes on with the same run. */
  manualRun: z.string().exactOptional(),
  trigger: z.enum(runTriggers),
  result: z.enum(runResults),
  startTime: z.date(),
  completionTime: z.date().exactOptional(),
  /** Condition reason of a run that was skipped. */
  skipReason: z.string().exactOptional(),
  dryRun: z.boolean(),
  scanned: z.int(),
  candidates: z.int(),
  deleted: z.int(),
  failed: z.int(),
  keptRecent: z.int(),
  keptInUse: z.int(),
  keptExcluded: z.int(),
  /** Of a dry run: what it would free. */
  freedBytes: z.number(),
  freed: freedShares.exactOptional(),
  /** Images that it left to later runs, and repositories that it left out until a person approves; absent for none. */
  waitForPace: z.int().exactOptional(),
  waitForApproval: z.int().exactOptional(),
  message: z.string(),
  items: z.array(sweepItem).readonly(),
})
export type RunRecord = z.infer<typeof runRecord>

/** What of a policy waits for a person, and what a person said last. */
export const approvalState = z.strictObject({
  /** What the last look at everything left out, until the plan of that hash is approved. */
  wanted: z
    .strictObject({
      hash: z.string(),
      /** Of many the first few, see `count`. */
      repositories: z
        .array(z.strictObject({ repository: z.string(), images: z.int(), toDelete: z.int(), approved: z.int() }))
        .readonly(),
      count: z.int(),
      message: z.string(),
    })
    .exactOptional(),
  /** The annotation that was handled last: its value, and what came of it. */
  answer: z
    .strictObject({ value: z.string(), at: z.date(), accepted: z.boolean(), message: z.string() })
    .exactOptional(),
  /** When the approval that was accepted last ends. */
  until: z.date().exactOptional(),
  /** The run that an approval asks for and that was not planned through yet. */
  run: z.strictObject({ runId: z.string(), at: z.date() }).exactOptional(),
})
export type ApprovalState = z.infer<typeof approvalState>

/** What is known of a policy: its runs so far, newest first; the first may still be running. */
export const policyRecord = z.strictObject({
  /** `cluster/namespace/name`. */
  id: z.string(),
  /** Uid of the object: another object of the same name starts anew. */
  uid: z.string(),
  lastScheduleTime: z.date().exactOptional(),
  lastSuccessfulTime: z.date().exactOptional(),
  lastHandledManualRun: z.string().exactOptional(),
  totalDeleted: z.int(),
  totalFreedBytes: z.number(),
  /** When to look again before the next scheduled run: a mark has matured, or an execution has news. */
  wakeAt: z.date().exactOptional(),
  /** The hash that its marks carry: see Policy. */
  policyHash: z.string().exactOptional(),
  /** None of its marks is older; absent while it has none. Written before the first mark, so that each can be found. */
  marksSince: z.date().exactOptional(),
  storage: storageCheck.exactOptional(),
  approval: approvalState.exactOptional(),
  /** Under which unknown hosts workloads named what it covers, as its last look at everything found; absent for none. */
  foreignHosts: z.string().exactOptional(),
  /** What was counted after its run, since the registry carried it out later: see `late-deletions.ts`. */
  counted: z.array(z.string()).readonly().exactOptional(),
  runs: z.array(runRecord).readonly(),
  ...numbered,
})
export type PolicyRecord = z.infer<typeof policyRecord>

/** Who may sweep a repository now. `token` grows with every holder, so that a late one is told apart. */
export const leaseRecord = z.strictObject({
  repository: z.string(),
  owner: z.string(),
  expiresAt: z.date(),
  token: z.int(),
})
export type LeaseRecord = z.infer<typeof leaseRecord>

/** How far the audit trail was published to the bus. */
export const auditExportRecord = z.strictObject({
  publishedUpTo: auditPosition,
  /** What was published and is looked at again once no entry of it can be missing, oldest first. */
  stretches: z.array(exportedStretch).readonly(),
  ...numbered,
})
export type AuditExportRecord = z.infer<typeof auditExportRecord>
