/** The kinds of workload whose image references protect an image. */
export const workloadKinds = [
  'Pod',
  'Deployment',
  'ReplicaSet',
  'StatefulSet',
  'DaemonSet',
  'ControllerRevision',
  'ReplicationController',
  'Job',
  'CronJob',
  'LambdaFunction',
  'TaskDefinition',
] as const

export type WorkloadKind = (typeof workloadKinds)[number]

/** One workload and one image that it refers to. */
export interface Workload {
  /** Name of the cluster, or of the AWS account and region, that it is in. */
  readonly cluster: string
  readonly kind: WorkloadKind
  /** Of AWS, the region. */
  readonly namespace: string
  readonly name: string
  /** The image as the workload spells it, any form a cluster accepts: `nginx`, `host/app:v1@sha256:…`, `sha256:…`. */
  readonly image: string
  readonly lastSeenAt: Date
  /** True for a rollback target: an old ReplicaSet, ControllerRevision or task definition that runs nothing now. */
  readonly rollback?: boolean
}

/**
 * What runs, as far as is known. `complete` is true only when every configured source was listed to its last page;
 * anything else protects everything.
 */
export interface Usage {
  readonly complete: boolean
  readonly workloads: readonly Workload[]
  /** References under other hosts that may mean the same images; files know none. */
  readonly foreign?: readonly ForeignWorkload[]
}

/**
 * A reference under a host that is not the repository's. `image` is the repository with the tag or digest that counts
 * there.
 */
export interface ForeignWorkload extends Workload {
  /** The image with the host that the workload names. */
  readonly spelled: string
}

const ofAws: ReadonlySet<string> = new Set<WorkloadKind>(['LambdaFunction', 'TaskDefinition'])

/** Where a workload is, for people: `cluster eu-1`, and `aws account-prod` for a function or a task definition. */
export const sourceText = ({ kind, cluster }: { readonly kind: string; readonly cluster: string }): string =>
  `${ofAws.has(kind) ? 'aws' : 'cluster'} ${cluster}`
