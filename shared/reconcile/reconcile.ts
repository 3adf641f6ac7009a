import type { RepositorySynced } from '../domain/events.ts'
import { ShelflifeError } from '../errors.ts'
import type { Cluster } from '../ports/cluster.ts'
import type { Store } from '../ports/store.ts'
import { listTenants } from './list-tenants.ts'
import { type RepositoryDeps, reconcileRepositories } from './reconcile-repositories.ts'
import { listRegistrySecrets, reconcileRegistrySecrets } from './registry-secrets.ts'
import { readingOnce, type ViewStore } from './shared-reads.ts'
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

/**
 * Compares the objects of every cluster with what is known and writes the difference: every object, or those of which
 * this process has not seen yet that there is none (`seen`). Safe to repeat.
 */
export const reconcileAll = (deps: ReconcileDeps): Promise<ReconcileResult[]> =>
  eachCluster(deps, async (cluster, { findInventory }) => {
    // What is read for another cluster may be older than a status that is listed here.
    const views = { ...deps.store, findInventory }
    const tenantOf = await listTenants(cluster, deps.rulebook)
    const [objects, { known, verified }] = await Promise.all([
      cluster.listObjects('Repository'),
      reconcileRegistrySecrets(cluster, tenantOf, deps),
    ])
    await atMost(patienceMs, verified)
    const done = await reconcileRepositories(cluster, objects, { known, tenantOf, views }, deps)
    const problems = await verified
    return { ...done, ...(problems.length > 0 && { secretProblems: problems }) }
  })

/**
 * The same for the objects of one repository, at once after its sync; RegistrySecrets wait for the next whole run. A cluster
 * without such an object is asked for nothing else.
 */
export const reconcileRepository = (
  { repository }: RepositorySynced,
  allDeps: ReconcileDeps,
): Promise<ReconcileResult[]> =>
  eachCluster(allDeps, async (cluster, views) => {
    const { seen: _, ...deps } = allDeps
    const reconcileNow = async (store: ViewStore) => {
      const objects = await cluster.listObjects('Repository', { fieldSelector: `spec.repository=${repository}` })
      if (objects.length === 0) return { requested: 0, written: 0, overtaken: 0 }
      const [tenantOf, known] = await Promise.all([listTenants(cluster, deps.rulebook), listRegistrySecrets(cluster)])
      return reconcileRepositories(cluster, objects, { known, tenantOf, views: store }, deps)
    }
    let done = await reconcileNow(views)
    // Nobody else looks at it for an hour.
    for (let tried = 1; done.overtaken > 0 && tried < mostTries; tried++) done = await reconcileNow(deps.store)
    return done
  })

/** A person who edits the same object over and over is left to the next event. */
const mostTries = 5

async function eachCluster(
  deps: ReconcileDeps,
  reconcile: (cluster: Cluster, views: ViewStore) => Promise<Omit<ReconcileResult, 'cluster' | 'problem'>>,
): Promise<ReconcileResult[]> {
  const views = readingOnce(deps.store)
  return Promise.all(
    deps.clusterList.map(async cluster => {
      try {
        return { cluster: cluster.name, ...(await reconcile(cluster, views)) }
      } catch (error) {
        // One cluster that does not answer must not keep the others waiting.
        if (!(error instanceof ShelflifeError)) throw error
        deps.seen?.forget(cluster.name)
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
