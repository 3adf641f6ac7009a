import type { Workload } from '../domain/usage.ts'
import type { ClusterMeter } from './cluster-meter.ts'

/** What says which images are in use: a cluster, what runs images of an AWS account in one region, or an organization. */
export interface WorkloadSource {
  /** As it is configured; no two sources share one. */
  readonly name: string
  /** Every workload that refers to an image, of every kind and namespace: complete, or a throw. */
  listWorkloads(): Promise<readonly Workload[]>
  /**
   * Sources that it consists of, each listed and asked for by itself: the accounts of an organization. Absent of one that
   * is a source itself. All of them, or a throw.
   */
  listMembers?(): Promise<readonly WorkloadSource[]>
  /**
   * Why it is not asked now, in words: `account 210987654321 is SUSPENDED`. What it was known to use stays; of one that was
   * never listed nothing is known. Absent of one that is asked.
   */
  readonly silence?: string
  /** Rights that it needs and lacks, as `list pods`; absent where only its calls can show it. */
  listMissingRights?(): Promise<readonly string[]>
  /** Absent where there are no nodes that pull. */
  readonly meter?: ClusterMeter
}
