import type { Digest } from '../../shared/domain/digest.ts'
import type { Workload } from '../../shared/domain/usage.ts'
import type { MemoryCluster } from '../support/memory-cluster.ts'
import type { RepositoryBook } from './registry-book.ts'

/** An image as a workload names it: by tag, by digest, or by a bare digest in any repository. */
export interface ImageReference {
  /** `host/path`; absent for a bare digest. */
  readonly repository?: string
  readonly tag?: string
  readonly digest?: Digest
}

interface Revision {
  readonly reference: ImageReference
  /** What the tag pointed at when it was rolled out: what the Pods run, wherever the tag goes. */
  readonly digest: Digest
  /** What the runtime reports in its place, where it reports the digest of the config. */
  readonly config?: Digest
}

/** A Deployment with its old ReplicaSets. */
export interface Deployment {
  readonly name: string
  readonly cluster: MemoryCluster
  replicas: number
  /** The newest first: what it runs, and what it can be rolled back to. */
  revisions: readonly Revision[]
}

const historyLimit = 3

/** What runs in every cluster, and the same as the clusters list it. */
export class Deployments {
  readonly all: Deployment[] = []
  readonly #clusters: readonly MemoryCluster[]
  #made = 0
  constructor(clusters: readonly MemoryCluster[]) {
    this.#clusters = clusters
  }

  create(cluster: MemoryCluster, revision: Revision): Deployment {
    this.#made += 1
    const deployment = { name: `app-${this.#made}`, cluster, replicas: 1, revisions: [revision] }
    this.all.push(deployment)
    this.#publish()
    return deployment
  }

  rollOut(deployment: Deployment, revision: Revision): void {
    deployment.revisions = [revision, ...deployment.revisions].slice(0, historyLimit)
    this.#publish()
  }

  /** Back to the revision before, as `kubectl rollout undo` does; false where there is none. */
  rollBack(deployment: Deployment): boolean {
    const [current, before, ...older] = deployment.revisions
    if (!current || !before) return false
    deployment.revisions = [before, current, ...older]
    this.#publish()
    return true
  }

  scale(deployment: Deployment, replicas: number): void {
    deployment.replicas = replicas
    this.#publish()
  }

  remove(deployment: Deployment): void {
    this.all.splice(this.all.indexOf(deployment), 1)
    this.#publish()
  }

  /** What refers to an image of a repository now; undefined when nothing does. */
  userOf(book: RepositoryBook, digest: Digest): string | undefined {
    const tags = book.tagsOf(digest)
    const used = this.all.find(({ replicas, revisions }) =>
      revisions.some(
        ({ reference, digest: pulled }, at) =>
          refersTo(reference, book.id, digest, tags) ||
          (at === 0 && replicas > 0 && pulled === digest && reference.repository === book.id),
      ),
    )
    return used && `Deployment ${used.name} of cluster ${used.cluster.name}`
  }

  #publish(): void {
    for (const cluster of this.#clusters) {
      const workloads = this.all.filter(one => one.cluster === cluster).flatMap(workloadsOf)
      cluster.workloads.splice(0, cluster.workloads.length, ...workloads)
    }
  }
}

function refersTo(reference: ImageReference, repository: string, digest: Digest, tags: readonly string[]): boolean {
  if (reference.digest === digest && (reference.repository ?? repository) === repository) return true
  return reference.repository === repository && reference.tag !== undefined && tags.includes(reference.tag)
}

export const spelled = ({ repository, tag, digest }: ImageReference): string =>
  repository === undefined
    ? String(digest)
    : `${repository}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`

function workloadsOf({ name, cluster, replicas, revisions }: Deployment): Workload[] {
  const [current, ...old] = revisions
  if (!current) return []
  const workload = (kind: string, suffix: string, image: string, rollback = false): Workload => ({
    cluster: cluster.name,
    kind,
    namespace: 'team',
    name: `${name}${suffix}`,
    image,
    lastSeenAt: new Date(0),
    ...(rollback && { rollback }),
  })
  const { repository } = current.reference
  const reported = current.config ?? current.digest
  const isBare = repository === undefined || current.config !== undefined
  const running = isBare ? reported : `docker-pullable://${repository}@${reported}`
  return [
    workload('Deployment', '', spelled(current.reference)),
    ...(replicas > 0 ? [workload('Pod', '-pod', running)] : []),
    ...old.map((revision, at) => workload('ReplicaSet', `-rs${at}`, spelled(revision.reference), true)),
  ]
}
