import type { InventoryRecord } from '../domain/records/workloads.ts'
import { ShelflifeError } from '../errors.ts'
import type { WorkloadSource } from '../ports/workload-source.ts'

const maxAgeMs = 60 * 60 * 1000

type KnownRights = Pick<InventoryRecord, 'missingRights' | 'rightsAskedAt'>

/**
 * Which rights are missing, as of now or of the last hour. Asked each time while some are, so that granting them shows
 * soon, and after a listing that failed: a kind that was installed since needs one more. What was known stays where the
 * cluster does not answer.
 */
export async function readMissingRights(
  source: WorkloadSource,
  previous: InventoryRecord | undefined,
  now: Date,
): Promise<KnownRights> {
  if (!source.listMissingRights || isFresh(previous, now)) return knownRights(previous)
  try {
    return { missingRights: await source.listMissingRights(), rightsAskedAt: now }
  } catch (error) {
    if (!(error instanceof ShelflifeError)) throw error
    return knownRights(previous)
  }
}

/** What a record says of rights, for the next one. */
export const knownRights = (record: InventoryRecord | undefined): KnownRights => ({
  ...(record?.missingRights && { missingRights: record.missingRights }),
  ...(record?.rightsAskedAt && { rightsAskedAt: record.rightsAskedAt }),
})

function isFresh(record: InventoryRecord | undefined, now: Date): boolean {
  const { missingRights = [], rightsAskedAt } = record ?? {}
  if (rightsAskedAt === undefined || missingRights.length > 0 || record?.complete === false) return false
  const ageMs = now.getTime() - rightsAskedAt.getTime()
  // One from the future is of another clock, and says nothing of its age.
  return ageMs >= 0 && ageMs < maxAgeMs
}
