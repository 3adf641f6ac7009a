import { notedWithinMs } from '../noted-within.ts'
import type { ImageRecord } from '../records/images.ts'

/** The clocks may be a little apart. */
const beforeMs = 60_000

/**
 * True where a registry tells of a later pull than is recorded, which was not this product's own read: ECR and Harbor
 * count that too. Where no pull before it is recorded nobody knows whether there was one, and the time counts, unless the
 * registry would have told.
 */
export function isPulledSince(
  { pulledAt: known, ownReadAt, ownReadIsFirst }: Pick<ImageRecord, 'pulledAt' | 'ownReadAt' | 'ownReadIsFirst'>,
  pulledAt: Date,
): boolean {
  if (known === undefined && ownReadIsFirst !== true) return true
  if (known !== undefined && known >= pulledAt) return false
  if (ownReadAt === undefined) return true
  const afterMs = pulledAt.getTime() - ownReadAt.getTime()
  return afterMs < -beforeMs || afterMs > notedWithinMs
}
