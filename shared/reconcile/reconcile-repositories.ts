import pMap from 'p-map'
import type { Tenant } from '../domain/grants/rights.ts'
import { ConflictError, NotFoundError } from '../errors.ts'
import { sameStatus } from '../objects/conditions.ts'
import type { KnownRegistrySecret } from '../objects/lending.ts'
import type { Cluster, CustomObject } from '../ports/cluster.ts'
import type { SyncQueue } from '../ports/messaging.ts'
import type { Store } from '../ports/store.ts'
import type { Rulebook } from '../settings.ts'
import { listPolicies } from '../sweep/world/list-policies.ts'
import { coveredObject } from '../sweep/world/policy-scope.ts'
import { manualSyncAnnotation } from './annotations.ts'
import { coverageOf } from './cleanup-coverage.ts'
import { credentialsByRepository, dueRequests, tagsByRepository } from './due-requests.ts'
import { manualSyncOf } from './object-ask.ts'
import { objectFacts } from './object-facts.ts'
import { readRepositories, type ViewDeps } from './read-repositories.ts'
import { type RepositoryFacts, repositoryStatus } from './repository-status.ts'
import type { ViewStore } from './shared-reads.ts'
import { eventsOfChange } from './status-events.ts'
import { idOf, trackedObject } from './tracked-object.ts'

export interface RepositoryDeps extends Omit<ViewDeps, 'store'> {
  readonly store: Store
  readonly syncQueue: SyncQueue
  readonly rulebook: Rulebook
  readonly now: () => Date
}

/** By what the objects of a cluster read, and from where it is told how that went. */
export interface ClusterRights {
  readonly views: ViewStore
  readonly known: readonly KnownRegistrySecret[]
  readonly tenantOf: (namespace: string) => Tenant
}

const writeConcurrency = 8

/** Enqueues the syncs that are due, one for each repository and credential, and writes the statuses that changed. */
export async function reconcileRepositories(
  cluster: Cluster,
  objects: readonly CustomObject[],
  { known, tenantOf, views: store }: ClusterRights,
  deps: RepositoryDeps,
): Promise<{ requested: number; written: number }> {
  const now = deps.now()
  const tracked = objects.flatMap(object =>
    trackedObject(object, known, tenantOf(object.metadata.namespace), deps.rulebook),
  )
  const [views, { accepted: policies }] = await Promise.all([
    readRepositories(
      { credentials: credentialsByRepository(tracked), tags: tagsByRepository(tracked) },
      { ...deps, store },
    ),
    listPolicies(cluster, deps.rulebook.limits),
  ])
  const covered = tracked.flatMap(({ object, registry, spec }) =>
    registry.problem ? [] : [coveredObject(object, registry, spec.tag)],
  )
  const said = { policies, coverage: coverageOf(policies, covered) }
  const all = tracked.map(one => ({
    one,
    facts: objectFacts(one, views.get(idOf(one) ?? ''), said, { known, rulebook: deps.rulebook }, now),
  }))
  const requests = dueRequests(
    all.map(({ one, facts: { ask, next, record } }) => ({ one, ask, next, sync: record })),
    now,
  )
  await deps.syncQueue.sendSyncRequests(requests)
  const written = await pMap(all, ({ facts }) => writeStatus(cluster, facts, now, deps.store), {
    concurrency: writeConcurrency,
  })
  return { requested: requests.length, written: written.filter(Boolean).length }
}

/** True when something was written. An object that changed or went away meanwhile is met again next time. */
async function writeStatus(cluster: Cluster, facts: RepositoryFacts, now: Date, store: Store): Promise<boolean> {
  const { object } = facts
  const status = repositoryStatus(facts, now)
  try {
    const changed = !sameStatus(object.status, status)
    if (changed) {
      // Told before it is written: killed in between, it is told again, and counted as one Event.
      for (const event of await eventsOfChange(object, status, facts.cleanup, store))
        await cluster.recordEvent(object, event)
      await cluster.applyStatus(object, status)
    }
    if (manualSyncOf(object.metadata) === undefined) return changed
    const fresh = await cluster.findObject('Repository', object.metadata.namespace, object.metadata.name)
    // Another value that came meanwhile is heard next time.
    if (fresh && manualSyncOf(fresh.metadata) === manualSyncOf(object.metadata))
      await cluster.annotate(fresh, { [manualSyncAnnotation]: null })
    return true
  } catch (error) {
    if (error instanceof ConflictError || error instanceof NotFoundError) return false
    throw error
  }
}
