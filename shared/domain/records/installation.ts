import * as z from 'zod'
import { auditPosition, exportedStretch } from '../audit-export.ts'
import { numbered } from './parts.ts'

/**
 * The copy of a RegistrySecret's credential, where syncs find it: for which host, whose, how long it may be used, and the
 * copy itself, sealed.
 */
export const credentialRecord = z.strictObject({
  cluster: z.string(),
  /** Of the RegistrySecret: another object of its name is another credential. */
  uid: z.string(),
  namespace: z.string(),
  name: z.string(),
  /** The host that it was configured for, normalised; it is sent nowhere else. */
  host: z.string(),
  /** Which kind of registry the object says to be there; what is no provider of this version says nothing. */
  provider: z.string().exactOptional(),
  /** The secret in which versions before keep the copy, `shelflife/pull/CLUSTER/UID`. They read no record without it. */
  secretId: z.string(),
  /** The copy, sealed for this object; absent once it ended, and where a version before wrote the record. */
  sealed: z.string().exactOptional(),
  /** The number with which `sealed` was written, or taken away; see {@link sealedCopyOf}. */
  sealedNumber: z.int().exactOptional(),
  /** When the secret of versions before is deleted, which they read while they run beside this one. Absent: there is none. */
  secretEndsAt: z.date().exactOptional(),
  /** The last time that the registry accepted it; absent before the first. It may be used for 24 h from then on. */
  verifiedAt: z.date().exactOptional(),
  /** When the object or its Secret was gone; the copy went with it. */
  endedAt: z.date().exactOptional(),
  /** Seconds since 1970 from which on the table forgets it; set when it ends. */
  expiresAtSeconds: z.number().exactOptional(),
  ...numbered,
})
export type CredentialRecord = z.infer<typeof credentialRecord>

/**
 * True where the last to write the record knew of `sealed`. Versions before carry over what they do not know: what they
 * wrote since lies in the secret, and is newer.
 */
export const isOfSealing = ({ number, sealedNumber }: CredentialRecord): boolean => sealedNumber === number

/** The copy that counts, sealed; undefined where there is none, or where that of the secret counts. */
export const sealedCopyOf = (record: CredentialRecord): string | undefined =>
  isOfSealing(record) ? record.sealed : undefined

/** A cluster in which Repository objects lead to a repository, so that its events are shown there and nowhere else. */
export const trackingRecord = z.strictObject({
  /** `host/path`. */
  repository: z.string(),
  cluster: z.string(),
  /** As the objects spell the path. */
  path: z.string(),
  /** Seconds since 1970 from which on the table forgets it, unless it is renewed. */
  expiresAtSeconds: z.number(),
})
export type TrackingRecord = z.infer<typeof trackingRecord>

/**
 * What is known of the events of a registry, by the repository or by the project that they are of: whether they come is
 * what a full sync is the net for.
 */
export const arrivalRecord = z.strictObject({
  /** `host/path` of a repository, or `host/project`: the first part of the path. */
  place: z.string(),
  /** When one came, to a day. */
  cameAt: z.date().exactOptional(),
  /** When a full sync last found a change that none had told. */
  missedAt: z.date().exactOptional(),
  /** Seconds since 1970 from which on the table forgets it, unless it is renewed. */
  expiresAtSeconds: z.number(),
})
export type ArrivalRecord = z.infer<typeof arrivalRecord>

/** Which version the table's keys and records are of, and which release wrote it. One for the whole table. */
export const tableRecord = z.strictObject({
  /** The number of the last migration that ended; see `shared/records/migrate.ts`. */
  version: z.int(),
  /** The release that wrote this. */
  writtenBy: z.string(),
  /** Where a migration under way continues. */
  cursor: z.string().exactOptional(),
  ...numbered,
})
export type TableRecord = z.infer<typeof tableRecord>

/** How far the audit trail was published to the bus. */
export const auditExportRecord = z.strictObject({
  publishedUpTo: auditPosition,
  /** What was published and is looked at again once no entry of it can be missing, oldest first. */
  stretches: z.array(exportedStretch).readonly(),
  ...numbered,
})
export type AuditExportRecord = z.infer<typeof auditExportRecord>
