import * as z from 'zod'
import { numbered, type Unclear } from './parts.ts'

/** One workload's reference to an image of a repository, from the first time it was seen to the last. */
export const usageRecord = z.strictObject({
  repository: z.string(),
  cluster: z.string(),
  kind: z.string(),
  namespace: z.string(),
  name: z.string(),
  /** As the workload spells it. */
  image: z.string(),
  rollback: z.boolean(),
  /** True where a node that has the image does not ask for it again; absent elsewhere, and where it is not known. */
  ifNotPresent: z.boolean().exactOptional(),
  firstSeenAt: z.date(),
  /** Absent while it is still seen: it was last seen when its cluster was last listed. */
  endedAt: z.date().exactOptional(),
  /** Seconds since 1970 from which on the table forgets the record: another says all that it does. */
  expiresAtSeconds: z.number().exactOptional(),
})
export type UsageRecord = z.infer<typeof usageRecord> & Unclear

/** How the last listing of a cluster ended. What is not complete protects everything. */
export const inventoryRecord = z.strictObject({
  cluster: z.string(),
  startedAt: z.date(),
  finishedAt: z.date(),
  complete: z.boolean(),
  workloads: z.int(),
  message: z.string(),
  /** When the last complete listing began, where that was not this one; absent too of one that never was complete. */
  listedAt: z.date().exactOptional(),
  /** Which rights its user lacks, as `list pods`, and when that was asked; absent where it is not known. */
  missingRights: z.array(z.string()).readonly().exactOptional(),
  rightsAskedAt: z.date().exactOptional(),
  /** The names of the sources that it consists of, which have inventories of their own; as of its last complete listing. */
  members: z.array(z.string()).readonly().exactOptional(),
  ...numbered,
})
export type InventoryRecord = z.infer<typeof inventoryRecord>
