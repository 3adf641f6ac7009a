import * as z from 'zod'
import { registryRules } from '../registry-rules/registry-rules.ts'
import { numbered } from './parts.ts'

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

/** What is known of the rules by which the registry deletes in a repository by itself. */
const readRules = z.strictObject({
  readAt: z.date(),
  /** Absent where there are none, and where they were refused. */
  rules: registryRules.exactOptional(),
  /** Why they are not known, and which credentials were refused since then. */
  refused: z.strictObject({ message: z.string(), credentials: z.array(z.string()).readonly() }).exactOptional(),
})
export type ReadRules = z.infer<typeof readRules>

/**
 * What is known of a repository as a whole, whoever read it. Its id is `host/path` with the canonical host. The
 * outcome of each credential is in its own {@link syncRecord}: nothing is decided by the outcome here, which earlier
 * versions read.
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
  /** What the registry counts of the part that this repository lies in; absent where it does not say. */
  quota: z
    .strictObject({ scope: z.string(), usedBytes: z.number(), capacityBytes: z.number().exactOptional() })
    .exactOptional(),
  /** Absent before they were read, and for a registry that has none. */
  registryRules: readRules.exactOptional(),
  ...numbered,
})
export type RepositoryRecord = z.infer<typeof repositoryRecord>

export const rememberedDenials = 100
export const rememberedAnswers = 2000

/** How far a read of the tags of a repository came. */
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

/** A sync that is too large for one invocation: what it has done, and where its next slice continues. */
export const syncProgress = z.strictObject({
  /** The request that began it. */
  attempt: z.string(),
  trigger: z.enum(syncTriggers),
  startedAt: z.date(),
  /** Requests of objects that its end answers; see `SyncRequest`. */
  asks: z.array(z.string()).readonly(),
  slices: z.int(),
  ...position,
  /** When a slice of it failed; absent where it came further since. It continues with the retry. */
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
  /** It took long and had no slot: it asks for one before it begins. */
  isSlow: z.literal(true).exactOptional(),
})
export type DeferredSync = z.infer<typeof deferredSync>

/** A repository that its registry failed at, for one credential: until then it alone is left alone. */
export const outage = z.strictObject({
  /** How often it was left alone in a row. */
  timesLeft: z.int(),
  /** When it last was; what began before tells nothing new. */
  leftAt: z.date(),
  until: z.date(),
  /** What the registry did, for people. */
  message: z.string(),
})
export type Outage = z.infer<typeof outage>

/**
 * The syncs of one repository with one credential: outcome, schedule and retries are those of the pair. What the
 * registry refuses one credential, or answers 404 to, says nothing of what another reads.
 */
export const syncRecord = z.strictObject({
  repository: z.string(),
  /** See `sync-credential.ts`. */
  credential: z.string(),
  /** Absent before the first attempt has ended. */
  lastOutcome: syncOutcome.exactOptional(),
  /** What attempts answered that objects asked for, the last first, at most {@link rememberedAnswers}: see `SyncRequest`. */
  answered: z.array(z.string()).readonly().exactOptional(),
  /** An attempt under way; absent where there is none. */
  progress: syncProgress.exactOptional(),
  /** An attempt that waits to be tried; absent where none does. */
  deferred: deferredSync.exactOptional(),
  /** Absent where the last attempt that ended was answered. */
  outage: outage.exactOptional(),
  /** Failures in a row; 0 after a success. */
  failureCount: z.int(),
  /** When the first of those ended. */
  failingSince: z.date().exactOptional(),
  /** When the last sync with it that succeeded ended; absent while none has. */
  lastSucceededAt: z.date().exactOptional(),
  /**
   * What any credential saw by then, and is recorded as there, this one has seen too, so that what it does not find any more
   * is gone: some minutes before the last sync with it began that was denied no recorded tag, since what another records
   * stands there as of when that one began.
   */
  sawAllAt: z.date().exactOptional(),
  /**
   * Tags, and then digests without a tag, that are recorded as there and were denied to it in that last sync that
   * succeeded: some registries hide one by one what may not be read. At most {@link rememberedDenials}; where there are as
   * many, there may be more.
   */
  denied: z.array(z.string()).readonly().exactOptional(),
  ...numbered,
})
export type SyncRecord = z.infer<typeof syncRecord>

/**
 * How far a sweep came with its look at the registry where that is too large for one invocation. What it read is
 * recorded as any sync records it, so that one for each policy is enough: whoever looks holds the lease of the
 * repository.
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
 * How a registry host answered when it was asked itself, at `/v2/`, since a sync of a repository of it had failed; a host
 * of which none did has no record. While `until` is to come, nothing is sent to it.
 */
export const hostRecord = z.strictObject({
  host: z.string(),
  /** How often it failed in a row when it was asked; 0 after an answer. */
  failures: z.int(),
  /** When it first did, or answered. */
  since: z.date(),
  /** Empty, and read by versions before. */
  repositories: z.array(z.string()).readonly(),
  /** How often it was left alone in a row. */
  timesLeft: z.int(),
  /** When it last was; what began before tells nothing new. */
  leftAt: z.date().exactOptional(),
  until: z.date().exactOptional(),
  /** One process asks it, or it answered just now: until then no other asks. */
  askedUntil: z.date().exactOptional(),
  /** Which of those that came at the same time asks; absent while none does. */
  askedBy: z.string().exactOptional(),
  /** What it did, for people; empty after an answer. */
  message: z.string(),
  /** Seconds since 1970 from which on the table forgets it. */
  expiresAtSeconds: z.number().exactOptional(),
  ...numbered,
})
export type HostRecord = z.infer<typeof hostRecord>

/** A place among the invocations that run syncs, held by one whose syncs take long; or the wish of others for one. */
export const slotRecord = z.strictObject({
  /** A number of two digits; of a wish, the host and the first namespace. */
  name: z.string(),
  /** Whose syncs they are. */
  hosts: z.array(z.string()).readonly(),
  /** For which namespaces, each `cluster/namespace`; absent where a version before took it. */
  namespaces: z.array(z.string()).readonly().exactOptional(),
  /** The invocation; absent on a wish. */
  holder: z.string().exactOptional(),
  expiresAt: z.date(),
  /** Of a wish: seconds since 1970 from which on the table forgets it. */
  expiresAtSeconds: z.number().exactOptional(),
  ...numbered,
})
export type SlotRecord = z.infer<typeof slotRecord>
