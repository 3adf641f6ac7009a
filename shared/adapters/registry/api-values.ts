import * as z from 'zod'
import { type Digest, isDigest } from '../../domain/digest.ts'

/** A sha256 digest. */
export const apiDigest = z.custom<Digest>(
  value => typeof value === 'string' && isDigest(value),
  'expected a sha256 digest',
)

const maxTimeLength = 64

const asTime = (at: Date): Date | undefined => (Number.isNaN(at.getTime()) || at.getUTCFullYear() <= 1 ? undefined : at)

/** A time as text; undefined where there is none, or none that is one, as Go's zero time. */
export const timeOf = (value: unknown): Date | undefined =>
  typeof value === 'string' && value.length <= maxTimeLength ? asTime(new Date(value)) : undefined

/** The same as a field. */
export const apiTime = z.unknown().optional().transform(timeOf)

/** Seconds since 1970, and undefined as above. */
export const apiSeconds = z
  .number()
  .positive()
  .transform(seconds => asTime(new Date(seconds * 1000)))
  .nullish()
  .catch(undefined)
