import type { PullEvent } from '../domain/metrics/pull-event.ts'
import type { NodeStorage } from '../domain/records/metrics.ts'

/** Events of pulls, and from where on the next ones are told. */
export interface PullEvents {
  readonly events: readonly PullEvent[]
  /** True where these are all that the cluster has; else those that are new or counted up. */
  readonly isAll: boolean
  /** Absent where all are to be listed next time. */
  readonly version: string | undefined
}

export interface NodeReading extends NodeStorage {
  /** Its kubelet may be asked, and did not answer: what is told is by its status. */
  readonly isKubeletSilent?: boolean
}

/**
 * Reads what the metrics of a cluster are made of. All throw AccessDeniedError (401, 403) and UnavailableError as the calls
 * of a Cluster do; one odd Event or node costs itself.
 */
export interface ClusterMeter {
  /** `from`: the version of the answer before; absent lists all. */
  readPullEvents(from: string | undefined): Promise<PullEvents>
  listNodeStorage(): Promise<readonly NodeReading[]>
}
