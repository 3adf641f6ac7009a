/** The kinds of workload whose image references protect an image. */
export type WorkloadKind =
  | 'Pod'
  | 'Deployment'
  | 'ReplicaSet'
  | 'StatefulSet'
  | 'DaemonSet'
  | 'ControllerRevision'
  | 'ReplicationController'
  | 'Job'
  | 'CronJob'
  | 'LambdaFunction'
  | 'TaskDefinition'

/** One workload of one cluster and one image that it refers to. */
export interface Workload {
  readonly cluster: string
  readonly kind: WorkloadKind
  readonly namespace: string
  readonly name: string
  /** The image as the workload spells it, any form a cluster accepts: `nginx`, `host/app:v1@sha256:…`, `sha256:…`. */
  readonly image: string
  readonly lastSeenAt: Date
  /** True for a rollback target: an old ReplicaSet or ControllerRevision that runs nothing now. */
  readonly rollback?: boolean
}

/**
 * What runs, as far as is known. `complete` is true only when every configured cluster was listed to its last page;
 * anything else protects everything.
 */
export interface Usage {
  readonly complete: boolean
  readonly workloads: readonly Workload[]
}
