import * as z from 'zod'
import { type Digest, isDigest } from '../../domain/digest.ts'

/** A sha256 digest. */
export const apiDigest = z.custom<Digest>(
  value => typeof value === 'string' && isDigest(value),
  'expected a sha256 digest',
)

const asTime = (at: Date): Date | undefined => (Number.isNaN(at.getTime()) || at.getUTCFullYear() <= 1 ? undefined : at)

/** A time as text; undefined where there is none, or none that is one, as Go's zero time. */
export const apiTime = z
  .string()
  .max(64)
  .transform(text => asTime(new Date(text)))
  .nullish()
  .catch(undefined)

/** Seconds since 1970, and undefined as above. */
export const apiSeconds = z
  .number()
  .positive()
  .transform(seconds => asTime(new Date(seconds * 1000)))
  .nullish()
  .catch(undefined)
