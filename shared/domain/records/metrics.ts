import * as z from 'zod'
import { numbered } from './parts.ts'

const count = z.int()
/** When a series was counted up last, in seconds since 1970. */
const countedAt = count.exactOptional()

/** How often a node pulled an image for Pods of a namespace, since the cluster was met first. */
const pullSeries = z.strictObject({
  namespace: z.string(),
  node: z.string(),
  image: z.string(),
  succeeded: count,
  failed: count,
  /** How often a node put off a pull, since those before it had failed. */
  backedOff: count,
  countedAt,
})
export type PullSeries = z.infer<typeof pullSeries>

const pullDurations = z.strictObject({
  node: z.string(),
  image: z.string(),
  sumSeconds: z.number(),
  /** How many ended within each bucket and not the one before, and last how many took longer. */
  buckets: z.array(count).readonly(),
  countedAt,
})
export type PullDurations = z.infer<typeof pullDurations>

const pullCounts = {
  /** How often each Event had happened when it was counted, the one that was met first first; the names are cut uids. */
  seen: z.record(z.string(), count),
  pulls: z.array(pullSeries).readonly(),
  durations: z.array(pullDurations).readonly(),
  /** How often a series had no room and was counted together with others. */
  fallen: z.strictObject({ pulls: count, durations: count }).exactOptional(),
}
export type PullCounts = z.infer<z.ZodObject<typeof pullCounts>>

/** What the disk of a node holds of images. */
const nodeStorage = z.strictObject({
  node: z.string(),
  imageBytes: z.number(),
  /** 0 to 100 of what images may fill: absent where the node does not say how much that is. */
  usedPercent: z.number().exactOptional(),
  /** `kubelet`: the whole disk, as it is. `status`: the images that the node names, 50 at most by default. */
  source: z.enum(['kubelet', 'status']),
  hasDiskPressure: z.boolean(),
})
export type NodeStorage = z.infer<typeof nodeStorage>

/**
 * What is counted and measured in a cluster by its Events and nodes. One conditional write has the counts and what was
 * counted, so that each Event counts once whatever is repeated, killed or deployed anew.
 */
export const clusterMeterRecord = z.strictObject({
  cluster: z.string(),
  /** The version of the cluster's Events from which on a watch tells what is to be counted; absent: they are listed. */
  eventsVersion: z.string().exactOptional(),
  ...pullCounts,
  nodes: z.array(nodeStorage).readonly(),
  /** Nodes with counts that were neither listed nor named by an Event, and since when, in milliseconds since 1970. */
  absentSince: z.record(z.string(), count).exactOptional(),
  /** What could not be read, for people; empty where all was. */
  problems: z.array(z.string()).readonly(),
  measuredAt: z.date(),
  ...numbered,
})
export type ClusterMeterRecord = z.infer<typeof clusterMeterRecord>

/** The versions of one image that objects of a namespace track: each is a series. */
const versionGroup = z.strictObject({ namespace: z.string(), image: z.string(), tags: z.array(z.string()).readonly() })
export type VersionGroup = z.infer<typeof versionGroup>

const named = { namespace: z.string(), name: z.string() }

/** Bytes of the repositories of each registry, as of their last full syncs. */
const stored = z.array(z.strictObject({ registry: z.string(), bytes: z.number() })).readonly()

/** What the objects of a cluster say, and what is known of the images of their repositories. */
export const objectGaugesRecord = z.strictObject({
  cluster: z.string(),
  takenAt: z.date(),
  /** The largest groups first. */
  versions: z.array(versionGroup).readonly(),
  failures: z.array(z.strictObject({ ...named, image: z.string(), failures: count })).readonly(),
  /** Series that were left out, by the metric. */
  dropped: z.strictObject({ versions: count, failures: count }),
  secrets: z.array(z.strictObject({ ...named, registry: z.string(), failures: count })).readonly(),
  /** Of each namespace its objects by syncStatus, and those of which a workload uses what cannot be pulled. */
  namespaces: z
    .array(z.strictObject({ namespace: z.string(), byStatus: z.record(z.string(), count), inDanger: count }))
    .readonly(),
  policies: z.strictObject({ paused: count, notAuthorized: count, total: count }),
  /** When the object was synced that was synced longest ago, to ten minutes. */
  oldestSyncAt: z.date().exactOptional(),
  /** Since when the sync is due that waits longest; absent where none waits. */
  dueSince: z.date().exactOptional(),
  /** Images of the repositories, by stage; of repositories that are too large to be read at once none. */
  stages: z.strictObject({ Introduction: count, Use: count, Maintenance: count, Cleanup: count }),
  marked: count,
  repositories: z.strictObject({ measured: count, tooLarge: count }),
  stored,
  ...numbered,
})
export type ObjectGaugesRecord = z.infer<typeof objectGaugesRecord>

/** What the repositories of a cluster's objects held on a day. */
export const heldDayRecord = z.strictObject({
  cluster: z.string(),
  /** `2026-01-02`, in UTC. */
  day: z.string(),
  stored,
  /** Seconds since 1970 from which on the table forgets it. */
  expiresAtSeconds: z.number(),
})
export type HeldDayRecord = z.infer<typeof heldDayRecord>

/** How often a repository was synced for objects of a namespace. Counted up in place. */
export const syncCountRecord = z.strictObject({
  cluster: z.string(),
  namespace: z.string(),
  /** `host/path`. */
  repository: z.string(),
  succeeded: count,
  failed: count,
  /** Seconds since 1970 from which on the table forgets it, unless it is counted up. */
  expiresAtSeconds: z.number(),
})
export type SyncCountRecord = z.infer<typeof syncCountRecord>
