import type { InventoryRecord } from './records/workloads.ts'

/** An inventory older than this says nothing of now: two intervals and the time one may take. */
const maxInventoryAgeMs = 15 * 60_000

/** True only when there is a source of workloads, and every one was listed completely, not long ago. */
export const isUsageKnown = (inventories: readonly (InventoryRecord | undefined)[], now: Date): boolean =>
  inventories.length > 0 &&
  inventories.every(one => one?.complete === true && now.getTime() - one.startedAt.getTime() <= maxInventoryAgeMs)
