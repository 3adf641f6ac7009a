import type { ApprovalRecord } from '../domain/approval.ts'
import type { AuditAction, AuditEntry, RecordedChange } from '../domain/audit.ts'
import type { Digest } from '../domain/digest.ts'
import type { CopyRecord } from '../domain/records/copies.ts'
import type { DeliveryRecord, FollowedRecord } from '../domain/records/deliveries.ts'
import type { ImageRecord, TagRecord, UnreadTagRecord } from '../domain/records/images.ts'
import type {
  ArrivalRecord,
  AuditExportRecord,
  CredentialRecord,
  TableRecord,
  TrackingRecord,
} from '../domain/records/installation.ts'
import type { LeaseRecord, PolicyRecord } from '../domain/records/policies.ts'
import type { HostRecord, LookRecord, RepositoryRecord, SlotRecord, SyncRecord } from '../domain/records/syncs.ts'
import type { InventoryRecord, UsageRecord } from '../domain/records/workloads.ts'

/** A record before it is written: the store gives it its number. */
export type Draft<T extends { number: number }> = Omit<T, 'number'>

/** The digests of one repository that a plan of a policy would delete, and that a person approves. */
export interface ApprovedDigests {
  /** `cluster/namespace/name` of the policy. */
  readonly policy: string
  /** Of the plan. */
  readonly hash: string
  readonly repository: string
  readonly digests: readonly string[]
  /** Seconds since 1970 from which on the table forgets them. */
  readonly expiresAtSeconds: number
}

/**
 * A part of the records of one repository in the order of the bytes of their names, tags by tag and images by digest:
 * names after one, up to another which is included, and of those the first.
 */
export interface NameRange {
  readonly after?: string
  readonly upTo?: string
  readonly limit?: number
}

/** How a list is read. */
export interface ListOptions extends NameRange {
  /**
   * As of a moment ago, at half the price: for what is shown, and looked at again later. Never for what a write or a delete
   * is decided by.
   */
  readonly mayLag?: true
}

export interface ScannedRepositories {
  readonly records: readonly RepositoryRecord[]
  readonly next?: string
}

export interface ListedDeliveries {
  readonly deliveries: readonly DeliveryRecord[]
  readonly followed: readonly FollowedRecord[]
}

/**
 * The state of everything, as domain values. Lists give every page. All throw UnavailableError when the store does not
 * answer.
 *
 * A record that cannot be read makes whatever reads it, or a list of its repository, throw UnreadableRecordError, but
 * for these: a list of policies or of credentials leaves it out, an approval, what it covers, an inventory, a look, a host, a copy
 * and a slot count as not there and are written over, of an arrival the event counts as missed, a usage record counts as a reference of now by what its key says, and an
 * entry of
 * the history has another in its place that says so. A record with a value of a later version has `unclear`.
 *
 * A `save` is one conditional write: it expects `previous` (as it was read; undefined for "there is none") and answers
 * the record as it now stands, or throws ConflictError with `current`. Repeating a save whose answer was lost succeeds.
 * The entry that `previous` carries is put into the history first, so that it is never overwritten unseen.
 */
export interface Store {
  findRepository(id: string): Promise<RepositoryRecord | undefined>
  /** Those of the ids that exist. */
  findRepositories(ids: readonly string[]): Promise<readonly RepositoryRecord[]>
  /**
   * A part of all repositories, in no order, from where the part before ended; from the beginning without a cursor.
   * `next` is absent where nothing is left. Those that cannot be read are left out. Costs what the whole table is.
   */
  scanRepositories(cursor: string | undefined): Promise<ScannedRepositories>
  saveRepository(draft: Draft<RepositoryRecord>, previous: RepositoryRecord | undefined): Promise<RepositoryRecord>

  /** The syncs of a repository with one credential; undefined before the first. */
  findSync(repository: string, credential: string): Promise<SyncRecord | undefined>
  /** The same of every credential that ever read it, or tried to. */
  listSyncs(repository: string): Promise<readonly SyncRecord[]>
  saveSync(draft: Draft<SyncRecord>, previous: SyncRecord | undefined): Promise<SyncRecord>

  /** How far the sweep of a policy came with its look at a large repository; undefined where it never looked so. */
  findLook(repository: string, policy: string): Promise<LookRecord | undefined>
  saveLook(draft: Draft<LookRecord>, previous: LookRecord | undefined): Promise<LookRecord>

  /** The copy of a RegistrySecret's credential, by the uid of that object; also one that has ended, while it is remembered. */
  findCredential(cluster: string, uid: string): Promise<CredentialRecord | undefined>
  listCredentials(cluster: string): Promise<readonly CredentialRecord[]>
  saveCredential(draft: Draft<CredentialRecord>, previous: CredentialRecord | undefined): Promise<CredentialRecord>

  /** The clusters whose objects lead to a repository; also one that had some within the last weeks. */
  listTracking(repository: string): Promise<readonly TrackingRecord[]>
  /** Those of the records that are there, as of a moment ago. */
  findTracking(records: readonly Omit<TrackingRecord, 'expiresAtSeconds'>[]): Promise<readonly TrackingRecord[]>
  /** Unconditional and idempotent. */
  saveTracking(records: readonly TrackingRecord[]): Promise<void>

  /** Those of the places of which something is known, as of a moment ago; see `event-arrival.ts`. */
  findArrivals(places: readonly string[]): Promise<readonly ArrivalRecord[]>
  /** Unconditional: the later one stands. */
  saveArrivals(records: readonly ArrivalRecord[]): Promise<void>

  /** The last delivery by each webhook of a registry with each secret, and what followed from those. */
  listDeliveries(registry: string): Promise<ListedDeliveries>
  /**
   * Records a delivery, unless one of the last minutes (see `recordedEveryMs`) with the same rank or a higher one is recorded:
   * false then.
   */
  noteDelivery(record: DeliveryRecord): Promise<boolean>
  /** Unconditional: the later one stands. */
  noteFollowed(record: FollowedRecord): Promise<void>

  /** How a registry host answered; undefined for one that never failed. */
  findHost(host: string): Promise<HostRecord | undefined>
  saveHost(draft: Draft<HostRecord>, previous: HostRecord | undefined): Promise<HostRecord>

  /**
   * What is known of the copies that each registry makes by itself, as of a moment ago, which is little beside the day for which
   * it holds; of those that were ever asked.
   */
  listCopies(): Promise<readonly CopyRecord[]>
  saveCopies(draft: Draft<CopyRecord>, previous: CopyRecord | undefined): Promise<CopyRecord>

  /** Every slot that was ever held, and every wish for one, expired or not. */
  listSlots(): Promise<readonly SlotRecord[]>
  saveSlot(draft: Draft<SlotRecord>, previous: SlotRecord | undefined): Promise<SlotRecord>

  /** Which version of keys and records the table has; undefined where none ever wrote it. */
  findTableRecord(): Promise<TableRecord | undefined>
  saveTableRecord(draft: Draft<TableRecord>, previous: TableRecord | undefined): Promise<TableRecord>

  /** Every tag of a repository, and of those that are gone the ones that were not put away; or a part of them. */
  listTags(repository: string, options?: ListOptions): Promise<readonly TagRecord[]>
  /** Also one that was put away. */
  findTag(repository: string, tag: string): Promise<TagRecord | undefined>
  /** Those of the names that are recorded, in no order; also those that were put away. */
  findTags(repository: string, names: readonly string[]): Promise<readonly TagRecord[]>
  /**
   * Tags that were put away, while they are remembered; or a part of them. One that came back may be among them, as it was
   * before: what {@link listTags} says counts.
   */
  listGoneTags(repository: string, options?: ListOptions): Promise<readonly TagRecord[]>
  /** Those of the names that were put away, in no order and as of a moment ago; else as {@link listGoneTags}. */
  findGoneTags(repository: string, names: readonly string[]): Promise<readonly TagRecord[]>
  /**
   * From now on lists leave these out, all of them gone; but for what was written since it was read. The table may show
   * them for some days more. A thousand a call at most: what is left is put away by a later one. Safe to repeat.
   */
  putAwayTags(records: readonly TagRecord[], now: Date): Promise<void>
  saveTag(draft: Draft<TagRecord>, previous: TagRecord | undefined): Promise<TagRecord>

  /** The names of a repository that could not be read when they were last asked for. */
  listUnreadTags(repository: string): Promise<readonly UnreadTagRecord[]>
  /** Unconditional and idempotent: what a later read finds counts. */
  saveUnreadTags(records: readonly UnreadTagRecord[]): Promise<void>
  /** As {@link saveUnreadTags}; one that is not there is removed already. */
  removeUnreadTags(records: readonly Pick<UnreadTagRecord, 'repository' | 'tag'>[]): Promise<void>

  /** As {@link listTags}. */
  listImages(repository: string, options?: ListOptions): Promise<readonly ImageRecord[]>
  /** As {@link listGoneTags}. */
  listGoneImages(repository: string, options?: ListOptions): Promise<readonly ImageRecord[]>
  /** As {@link findGoneTags}. */
  findGoneImages(repository: string, digests: readonly Digest[]): Promise<readonly ImageRecord[]>
  /** As {@link putAwayTags}. */
  putAwayImages(records: readonly ImageRecord[], now: Date): Promise<void>
  /** Those of the digests that are recorded, in no order; also those that were put away. */
  findImages(repository: string, digests: readonly Digest[]): Promise<readonly ImageRecord[]>
  /** Also one that was put away. */
  findImage(repository: string, digest: Digest): Promise<ImageRecord | undefined>
  saveImage(draft: Draft<ImageRecord>, previous: ImageRecord | undefined): Promise<ImageRecord>
  /**
   * Many records are about to be saved over, in about this order: their entries go into the history together, each
   * before its record is written over. Counts for these very objects, handed over as `previous`; writes nothing by itself.
   * `next`: what they are about to come to, where that decides how long an entry is kept; what becomes of one otherwise is
   * put right.
   */
  announceSaves(records: readonly (ImageRecord | TagRecord)[], next?: AuditAction): Promise<void>

  /** What uses images of a repository now or did before. */
  listUsage(repository: string): Promise<readonly UsageRecord[]>
  /** What a cluster uses now or did before, of every repository. */
  listClusterUsage(cluster: string): Promise<readonly UsageRecord[]>
  /**
   * Unconditional and idempotent. Inventories and sweeps write these side by side: what one of them ends another may have seen,
   * so that a sweep counts what it lists itself beside what is stored.
   */
  saveUsage(records: readonly UsageRecord[]): Promise<void>
  /** Lets records of ended references be forgotten from a time on, unless they were written since they were read. */
  expireUsage(records: readonly UsageRecord[], from: Date): Promise<void>
  findInventory(cluster: string): Promise<InventoryRecord | undefined>
  /** Those that exist, as of now. */
  findInventories(clusters: readonly string[]): Promise<readonly InventoryRecord[]>
  saveInventory(draft: Draft<InventoryRecord>, previous: InventoryRecord | undefined): Promise<InventoryRecord>

  findPolicy(id: string): Promise<PolicyRecord | undefined>
  /** Every policy of a cluster that ever ran, also one whose object is gone. */
  listPolicies(cluster: string): Promise<readonly PolicyRecord[]>
  savePolicy(draft: Draft<PolicyRecord>, previous: PolicyRecord | undefined): Promise<PolicyRecord>

  /** Approvals of a policy's plans, also those that are over, while they are remembered. */
  listApprovals(policy: string): Promise<readonly ApprovalRecord[]>
  saveApproval(draft: Draft<ApprovalRecord>, previous: ApprovalRecord | undefined): Promise<ApprovalRecord>
  /**
   * What an approval covers in one repository, written before the approval itself. Unconditional and idempotent: the
   * hash of a plan stands for its digests.
   */
  saveApprovedDigests(approved: ApprovedDigests): Promise<void>
  /** Those digests; empty where none were written. */
  findApprovedDigests(policy: string, hash: string, repository: string): Promise<ReadonlySet<string>>

  /** Takes the lease when it is free, expired or already the owner's; undefined when another holds it. */
  takeLease(repository: string, owner: string, now: Date, durationMs: number): Promise<LeaseRecord | undefined>
  /** Gives it back; nothing happens when another holds it meanwhile. */
  releaseLease(lease: LeaseRecord): Promise<void>

  /** All that happened to an image and to the tags while they pointed at it, oldest first. */
  listHistory(repository: string, digest: Digest): Promise<readonly AuditEntry[]>
  /** Those of them that later entries came over: what it costs does not grow with the tags of the repository. */
  listPast(repository: string, digest: Digest): Promise<readonly AuditEntry[]>
  /** All that happened from one moment to another, both included, oldest first; nothing where `from` is after `to`. */
  listChanges(from: Date, to: Date): Promise<readonly RecordedChange[]>
  /** What a policy (`cluster/namespace/name`) did in that time, in the same way. */
  listPolicyChanges(policy: string, from: Date, to: Date): Promise<readonly RecordedChange[]>

  /** How far the audit trail was published; undefined before the first time. */
  findAuditExport(): Promise<AuditExportRecord | undefined>
  saveAuditExport(draft: Draft<AuditExportRecord>, previous: AuditExportRecord | undefined): Promise<AuditExportRecord>
}
