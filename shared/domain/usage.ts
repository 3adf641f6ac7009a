import { awsKinds } from './aws-services.ts'
import type { CopyRelation } from './copies/copy-relation.ts'
import type { Digest } from './digest.ts'

/** One workload and one image that it refers to. */
export interface Workload {
  /** Name of the cluster, or of the AWS account and region, that it is in. */
  readonly cluster: string
  /**
   * As Kubernetes names it: `Pod`, `CronWorkflow`; with its group where Kubernetes has another of that name,
   * `Service.serving.knative.dev`. Of AWS one of `awsKinds`.
   */
  readonly kind: string
  /** Of AWS, the region; {@link noNamespace} of an object of the whole cluster. */
  readonly namespace: string
  readonly name: string
  /** The image as the workload spells it, any form a cluster accepts: `nginx`, `host/app:v1@sha256:…`, `sha256:…`. */
  readonly image: string
  readonly lastSeenAt: Date
  /** True for a rollback target: an old ReplicaSet, ControllerRevision or task definition that runs nothing now. */
  readonly rollback?: boolean
  /** True where a container of it names the image with imagePullPolicy IfNotPresent; of what has an owner it is not said. */
  readonly ifNotPresent?: boolean
}

/**
 * What runs, as far as is known. `complete` is true only when every configured source was listed to its last page;
 * anything else protects everything.
 */
export interface Usage {
  readonly complete: boolean
  readonly workloads: readonly Workload[]
  /** Where it is complete for some alone: the repositories that all is kept of, since it is not known what runs of them. */
  readonly unknownIn?: ReadonlySet<string>
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
  /** What it names is to the repository. */
  readonly relation?: CopyRelation
}

const ofAws: ReadonlySet<string> = new Set(awsKinds)

/** Where a workload is, for people: `cluster eu-1`, and `aws account-prod` for what runs on AWS beside them. */
export const sourceText = ({ kind, cluster }: { readonly kind: string; readonly cluster: string }): string =>
  `${ofAws.has(kind) ? 'aws' : 'cluster'} ${cluster}`

/** No namespace has this name. */
export const noNamespace = '-'

/** A workload as it is named in its cluster: `Deployment production/myapp`, `ClusterWorkflowTemplate nightly`. */
export const workloadName = ({ kind, namespace, name }: Pick<Workload, 'kind' | 'namespace' | 'name'>): string =>
  `${kind} ${namespace === noNamespace ? '' : `${namespace}/`}${name}`

/**
 * The digest by which stored references mean every image of their repository, since they name one that cannot be compared.
 * Nothing has it, so that a version which does not know it takes it for a reference to nothing.
 */
export const everyDigest: Digest = `sha256:${'0'.repeat(64)}`
