import type { ImageRecord } from '../records/images.ts'

const minuteMs = 60_000
/** A sync notes when it began, and may read for a quarter of an hour; the clocks may be a little apart. */
const window = { beforeMs: minuteMs, afterMs: 16 * minuteMs }

/**
 * True where a registry tells of a later pull than is recorded, which was not this product's own read: ECR and Harbor
 * count that too. Where no pull before it is recorded nobody knows whether there was one, and the time counts.
 */
export function isPulledSince(
  { pulledAt: known, ownReadAt }: Pick<ImageRecord, 'pulledAt' | 'ownReadAt'>,
  pulledAt: Date,
): boolean {
  if (known === undefined) return true
  if (known >= pulledAt) return false
  if (ownReadAt === undefined) return true
  const afterMs = pulledAt.getTime() - ownReadAt.getTime()
  return afterMs < -window.beforeMs || afterMs > window.afterMs
}
