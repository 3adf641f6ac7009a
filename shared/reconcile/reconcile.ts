import type { RepositorySynced } from '../domain/events.ts'
import { ShelflifeError } from '../errors.ts'
import type { Cluster, CustomObject } from '../ports/cluster.ts'
import { type RepositoryDeps, reconcileRepositories } from './reconcile-repositories.ts'
import { type RegistrySecretDeps, reconcileRegistrySecrets } from './registry-secrets.ts'

export interface ReconcileDeps extends RepositoryDeps, RegistrySecretDeps {
  readonly clusterList: readonly Cluster[]
}

export interface ReconcileResult {
  readonly cluster: string
  readonly requested: number
  readonly written: number
  /** Why the cluster could not be reconciled; the others were. */
  readonly problem?: string
}

/** Compares every object of every cluster with what is known and writes the difference. Safe to repeat. */
export const reconcileAll = (deps: ReconcileDeps): Promise<ReconcileResult[]> =>
  eachCluster(deps, cluster => cluster.listObjects('Repository'))

/** The same for the objects of one repository, at once after its sync. */
export const reconcileRepository = (synced: RepositorySynced, deps: ReconcileDeps): Promise<ReconcileResult[]> =>
  eachCluster(deps, cluster =>
    cluster.listObjects('Repository', { fieldSelector: `spec.repository=${synced.repository}` }),
  )

async function eachCluster(
  deps: ReconcileDeps,
  list: (cluster: Cluster) => Promise<readonly CustomObject[]>,
): Promise<ReconcileResult[]> {
  return Promise.all(
    deps.clusterList.map(async cluster => {
      try {
        const [objects, secrets] = await Promise.all([list(cluster), reconcileRegistrySecrets(cluster, deps)])
        return { cluster: cluster.name, ...(await reconcileRepositories(cluster, objects, secrets, deps)) }
      } catch (error) {
        // One cluster that does not answer must not keep the others waiting.
        if (!(error instanceof ShelflifeError)) throw error
        return { cluster: cluster.name, requested: 0, written: 0, problem: error.message }
      }
    }),
  )
}
