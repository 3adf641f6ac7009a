import pMap from 'p-map'
import type { PullScopes } from '../../domain/pullers.ts'
import { sourcesFor } from '../../domain/usage-freshness.ts'
import { ShelflifeError } from '../../errors.ts'
import type { Cluster, ClusterNamespace } from '../../ports/cluster.ts'
import type { WorkloadSource } from '../../ports/workload-source.ts'
import type { Rulebook } from '../../settings.ts'
import type { CoveredObject } from './covered-object.ts'
import { listPolicies, type Policies } from './list-policies.ts'
import { listRegistrySecrets, listTrackedObjects, type TrackedObjects } from './policy-scope.ts'
import { Tenants } from './tenants.ts'

/** The policies and the tracked objects of every cluster that could be read. */
export interface AllClusters extends Policies {
  readonly clusters: readonly Cluster[]
  readonly tracked: readonly CoveredObject[]
  /** What each namespace may do. */
  readonly tenants: Tenants
  /** Why a cluster could not be read, by its name: nobody knows what its policies keep, so that everything is kept. */
  readonly unread: ReadonlyMap<string, ShelflifeError>
}

/** What a cluster tracks, and its namespaces. */
export interface ClusterTracking extends TrackedObjects {
  readonly cluster: string
  readonly namespaces: readonly ClusterNamespace[]
  /** What its namespaces may do. */
  readonly tenants: Tenants
}

async function readTracking(cluster: Cluster, rulebook: Rulebook): Promise<ClusterTracking> {
  const [objects, namespaces] = await Promise.all([listTrackedObjects(cluster, rulebook), cluster.listNamespaces()])
  const tracking = { ...objects, cluster: cluster.name, namespaces }
  return { ...tracking, tenants: tenantsOf([tracking], rulebook) }
}

/** What the namespaces of a cluster may do as of now. */
export async function readTenants(cluster: Cluster, rulebook: Rulebook): Promise<Tenants> {
  const [secrets, namespaces] = await Promise.all([listRegistrySecrets(cluster), cluster.listNamespaces()])
  return tenantsOf([{ cluster: cluster.name, namespaces, secrets }], rulebook)
}

/** What the namespaces of these clusters may do. */
const tenantsOf = (
  trackings: readonly Pick<ClusterTracking, 'cluster' | 'namespaces' | 'secrets'>[],
  rulebook: Rulebook,
): Tenants =>
  new Tenants(
    rulebook,
    new Map(trackings.map(({ cluster, namespaces }) => [cluster, namespaces])),
    trackings.flatMap(({ secrets }) => secrets),
  )

type Named = Pick<WorkloadSource, 'name'>

// Of a view each takes a second, however little there is to tell.
const concurrency = 32

/**
 * What all configured clusters say of cleanup: what a policy of one keeps, no policy of another may delete. Each list is
 * read when it is first needed, and once. A cluster that cannot be read is named, never left out in silence.
 */
export class ClusterLists {
  readonly clusters: readonly Cluster[]
  readonly rulebook: Rulebook
  readonly #otherSources: readonly Named[]
  readonly #policies = new Map<string, Promise<Policies | undefined>>()
  readonly #tracked = new Map<string, Promise<ClusterTracking | undefined>>()
  readonly #unread = new Map<string, ShelflifeError>()
  #all: Promise<AllClusters> | undefined

  /** `otherSources` have workloads, and neither policies nor objects. */
  constructor(clusters: readonly Cluster[], rulebook: Rulebook, otherSources: readonly Named[]) {
    this.clusters = clusters
    this.rulebook = rulebook
    this.#otherSources = otherSources
  }

  /** The names of all sources of workloads, clusters and others: use is known only when each was listed. */
  get workloadSources(): string[] {
    return [...this.clusters, ...this.#otherSources].map(source => source.name)
  }

  /** The clusters that are known so far not to be readable. */
  get unread(): ReadonlyMap<string, ShelflifeError> {
    return this.#unread
  }

  /** The policies of one cluster; undefined where it cannot be read. It counts as unread where nobody knows whose it is. */
  async findPolicies(cluster: Cluster): Promise<Policies | undefined> {
    const known = this.#policies.get(cluster.name)
    const policies = known ?? this.#read(cluster, () => listPolicies(cluster, this.rulebook.limits))
    this.#policies.set(cluster.name, policies)
    await this.#read(cluster, async () => cluster.requireOwn?.())
    return policies
  }

  /** True where {@link findTracked} was asked already. */
  hasTracked({ name }: Cluster): boolean {
    return this.#tracked.has(name)
  }

  /** The Repository objects of one cluster, and who may do what there; undefined where it cannot be read. */
  findTracked(cluster: Cluster): Promise<ClusterTracking | undefined> {
    const known = this.#tracked.get(cluster.name)
    const tracked = known ?? this.#read(cluster, () => readTracking(cluster, this.rulebook))
    this.#tracked.set(cluster.name, tracked)
    return tracked
  }

  /** Everything; what an unread cluster says is not among it. */
  all(): Promise<AllClusters> {
    this.#all ??= this.#readAll()
    return this.#all
  }

  async #readAll(): Promise<AllClusters> {
    const lists = await pMap(this.clusters, cluster => this.#readOne(cluster), { concurrency })
    return {
      clusters: this.clusters,
      accepted: lists.flatMap(one => one?.policies.accepted ?? []),
      refused: lists.flatMap(one => one?.policies.refused ?? []),
      tracked: lists.flatMap(one => one?.tracking.tracked ?? []),
      tenants: tenantsOf(
        lists.flatMap(one => one?.tracking ?? []),
        this.rulebook,
      ),
      unread: this.#unread,
    }
  }

  /** One after the other: a cluster that does not answer is waited for once. */
  async #readOne(cluster: Cluster) {
    const policies = await this.findPolicies(cluster)
    const tracking = policies && (await this.findTracked(cluster))
    return policies && tracking && { policies, tracking }
  }

  async #read<T>(cluster: Cluster, read: () => Promise<T>): Promise<T | undefined> {
    try {
      return await read()
    } catch (error) {
      if (!(error instanceof ShelflifeError)) throw error
      this.#unread.set(cluster.name, error)
      return undefined
    }
  }
}

/**
 * Of the clusters that cannot be read those that may pull from the registries of these repositories, or, where there are none,
 * all: what others would keep there is not waited for.
 */
export function unreadFor(
  unread: ReadonlyMap<string, ShelflifeError>,
  repositories: ReadonlySet<string>,
  scopes: Pick<PullScopes, 'pullsFrom'>,
): ReadonlyMap<string, ShelflifeError> {
  if (repositories.size === 0) return unread
  const needed = new Set(sourcesFor(repositories, [...unread.keys()], scopes))
  return new Map([...unread].filter(([name]) => needed.has(name)))
}

/** `cluster eu-2 cannot be read: …`, for each that cannot; undefined where all can. */
export const unreadText = (unread: ReadonlyMap<string, ShelflifeError>): string | undefined =>
  unread.size === 0
    ? undefined
    : [...unread].map(([name, { message }]) => `cluster ${name} cannot be read: ${message}`).join('; ')
