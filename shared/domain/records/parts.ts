import * as z from 'zod'
import { auditEntry } from '../audit.ts'
import { type Digest, isDigest } from '../digest.ts'

export const digest = z.custom<Digest>(
  value => typeof value === 'string' && isDigest(value),
  'expected sha256: and 64 hex digits',
)

/** When something happened and who says so; `first-seen` is our own first look and never older than the truth. */
export const sourcedTime = z.strictObject({ at: z.date(), source: z.enum(['registry', 'event', 'first-seen']) })

/** The number a record was written under: each write expects the one before and adds one. */
export const numbered = { number: z.int() }
/** A record whose last change is explained on the record itself. */
export const audited = { ...numbered, change: auditEntry }

/**
 * Set where a record is read that has a value which this version does not know, and says which: a later one wrote it.
 * Whatever it is about is kept. Never stored.
 */
export interface Unclear {
  readonly unclear?: string
}
