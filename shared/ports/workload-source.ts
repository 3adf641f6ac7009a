import type { Workload } from '../domain/usage.ts'
import type { ClusterMeter } from './cluster-meter.ts'

/** What says which images are in use: a cluster, or the functions and tasks of an AWS account in one region. */
export interface WorkloadSource {
  /** As it is configured; no two sources share one. */
  readonly name: string
  /** Every workload that refers to an image, of every kind and namespace: complete, or a throw. */
  listWorkloads(): Promise<readonly Workload[]>
  /** Rights that it needs and lacks, as `list pods`; absent where only its calls can show it. */
  listMissingRights?(): Promise<readonly string[]>
  /** Absent where there are no nodes that pull. */
  readonly meter?: ClusterMeter
}
