import type {
  ClusterMeterRecord,
  HeldDayRecord,
  ObjectGaugesRecord,
  SyncCountRecord,
} from '../domain/records/metrics.ts'
import type { Draft } from './store.ts'

export type SyncCount = Omit<SyncCountRecord, 'expiresAtSeconds'>

/**
 * What is counted and measured, in the table. A `save` is one conditional write as those of the Store are, and throws
 * ConflictError as they do; a record that cannot be read counts as not there and is written over. All throw
 * StoreUnavailableError when the table does not answer.
 */
export interface MetricsStore {
  /** Those that exist, as of a moment ago. */
  findMeters(clusters: readonly string[]): Promise<readonly ClusterMeterRecord[]>
  /** As of now. */
  findMeter(cluster: string): Promise<ClusterMeterRecord | undefined>
  saveMeter(draft: Draft<ClusterMeterRecord>, previous: ClusterMeterRecord | undefined): Promise<ClusterMeterRecord>

  findGauges(clusters: readonly string[]): Promise<readonly ObjectGaugesRecord[]>
  findGauge(cluster: string): Promise<ObjectGaugesRecord | undefined>
  saveGauges(draft: Draft<ObjectGaugesRecord>, previous: ObjectGaugesRecord | undefined): Promise<ObjectGaugesRecord>

  /** Does nothing where there is one of that cluster and day. */
  addHeldDay(record: HeldDayRecord): Promise<void>
  /** Of these clusters, as of a moment ago; those that cannot be read are left out. */
  listHeldDays(clusters: readonly string[]): Promise<readonly HeldDayRecord[]>

  /** Adds to what stands; a call whose answer was lost may count twice if it is repeated. Forgotten after `until`. */
  addSyncs(counts: readonly SyncCount[], until: Date): Promise<void>
  listSyncCounts(): Promise<readonly SyncCountRecord[]>
}

/** How many messages lie in a queue: to be taken, and taken and not done. */
export interface QueueDepth {
  readonly queue: string
  readonly waiting: number
  readonly underWay: number
  /** How long ago the oldest of them was sent, about; absent where that is not known. */
  readonly ageSeconds?: number
}

export interface QueueGauges {
  /** @throws UnavailableError */
  listDepths(): Promise<readonly QueueDepth[]>
}
