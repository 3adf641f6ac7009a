import type { RepositorySynced } from '../domain/events.ts'
import { ShelflifeError } from '../errors.ts'
import type { Cluster, CustomObject } from '../ports/cluster.ts'
import type { Store } from '../ports/store.ts'
import { listTenants } from './list-tenants.ts'
import { type ClusterRights, type RepositoryDeps, reconcileRepositories } from './reconcile-repositories.ts'
import { type KnownRegistrySecrets, listRegistrySecrets, reconcileRegistrySecrets } from './registry-secrets.ts'
import type { VerifyDeps } from './verify-registry.ts'

export interface ReconcileDeps extends RepositoryDeps, VerifyDeps {
  readonly store: Store
  readonly clusterList: readonly Cluster[]
}

export interface ReconcileResult {
  readonly cluster: string
  readonly requested: number
  readonly written: number
  /** Why the cluster could not be reconciled; the others were. */
  readonly problem?: string
  /** What could not be done for its RegistrySecrets, and is tried again in the next run. */
  readonly secretProblems?: readonly string[]
}

/** Compares every object of every cluster with what is known and writes the difference. Safe to repeat. */
export const reconcileAll = (deps: ReconcileDeps): Promise<ReconcileResult[]> =>
  eachCluster(
    deps,
    cluster => cluster.listObjects('Repository'),
    (cluster, tenantOf) => reconcileRegistrySecrets(cluster, tenantOf, deps),
  )

/** The same for the objects of one repository, at once after its sync; RegistrySecrets wait for the next whole run. */
export const reconcileRepository = (synced: RepositorySynced, deps: ReconcileDeps): Promise<ReconcileResult[]> =>
  eachCluster(
    deps,
    cluster => cluster.listObjects('Repository', { fieldSelector: `spec.repository=${synced.repository}` }),
    async cluster => ({ known: await listRegistrySecrets(cluster), verified: Promise.resolve([]) }),
  )

async function eachCluster(
  deps: ReconcileDeps,
  list: (cluster: Cluster) => Promise<readonly CustomObject[]>,
  secretsOf: (cluster: Cluster, tenantOf: ClusterRights['tenantOf']) => Promise<KnownRegistrySecrets>,
): Promise<ReconcileResult[]> {
  return Promise.all(
    deps.clusterList.map(async cluster => {
      try {
        const tenantOf = await listTenants(cluster, deps.rulebook)
        const [objects, { known, verified }] = await Promise.all([list(cluster), secretsOf(cluster, tenantOf)])
        await atMost(patienceMs, verified)
        const done = await reconcileRepositories(cluster, objects, { known, tenantOf }, deps)
        const problems = await verified
        return { cluster: cluster.name, ...done, ...(problems.length > 0 && { secretProblems: problems }) }
      } catch (error) {
        // One cluster that does not answer must not keep the others waiting.
        if (!(error instanceof ShelflifeError)) throw error
        return { cluster: cluster.name, requested: 0, written: 0, problem: error.message }
      }
    }),
  )
}

/** A credential that is verified at once serves the first sync of what was applied with it; one that stalls stops nobody (T4). */
const patienceMs = 2_000

/** Waits for it, and not for longer; how it ended is for whoever waits for all of it. */
async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  const settled = work.then(
    () => undefined,
    () => undefined,
  )
  let timer: NodeJS.Timeout | undefined
  const patience = new Promise<void>(resolve => {
    timer = setTimeout(resolve, ms)
  })
  await Promise.race([settled, patience])
  clearTimeout(timer)
}
