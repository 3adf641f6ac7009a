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
import { type Coverage, coverageOf, notCovered } from './cleanup-coverage.ts'
import { credentialsByRepository, dueRequests, tagsByRepository } from './due-requests.ts'
import { manualSyncOf } from './object-ask.ts'
import { objectFacts } from './object-facts.ts'
import { findUnknownUse, readRepositories, type ViewDeps } from './read-repositories.ts'
import { type RepositoryFacts, repositoryStatus } from './repository-status.ts'
import type { SeenObject, SeenObjects } from './seen-objects.ts'
import type { ViewStore } from './shared-reads.ts'
import { eventsOfChange } from './status-events.ts'
import { idOf, type Tracked, trackedObject } from './tracked-object.ts'

export interface RepositoryDeps extends Omit<ViewDeps, 'store'> {
  readonly store: Store
  readonly syncQueue: SyncQueue
  readonly rulebook: Rulebook
  readonly now: () => Date
  /** What this process has seen of all objects; absent: whatever is given is looked at. */
  readonly seen?: SeenObjects
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
  const viewDeps = { ...deps, store }
  const { accepted: policies } = await listPolicies(cluster, deps.rulebook.limits)
  const covered = tracked.flatMap(({ object, registry, spec }) =>
    registry.problem ? [] : [coveredObject(object, registry, spec.tag)],
  )
  const said = { policies, coverage: coverageOf(policies, covered) }
  const objectsNow = deps.seen ? await nowOf(tracked, said.coverage, viewDeps) : []
  const wanted = deps.seen?.select(cluster.name, objectsNow, now).map(({ one }) => one) ?? tracked
  const views = await readRepositories(
    { credentials: credentialsByRepository(wanted), tags: tagsByRepository(wanted) },
    viewDeps,
  )
  const all = wanted.map(one => ({
    one,
    facts: objectFacts(one, views.get(idOf(one) ?? ''), said, { known, rulebook: deps.rulebook }, now),
  }))
  const requests = dueRequests(
    all.map(({ one, facts: { ask, next, record } }) => ({ one, ask, next, sync: record })),
    now,
  )
  await deps.syncQueue.sendSyncRequests(requests)
  const results = await pMap(all, ({ facts }) => writeStatus(cluster, facts, now, deps.store), {
    concurrency: writeConcurrency,
  })
  const unwritten = all.filter((_, at) => results[at] === 'overtaken').map(({ one }) => one.object.metadata.uid)
  deps.seen?.note(cluster.name, objectsNow, new Set(unwritten))
  return { requested: requests.length, written: results.filter(result => result === 'written').length }
}

async function nowOf(
  tracked: readonly Tracked[],
  coverage: ReadonlyMap<string, Coverage>,
  deps: ViewDeps,
): Promise<SeenObject[]> {
  const unknown = await findUnknownUse([...new Set(tracked.flatMap(one => idOf(one) ?? []))], deps)
  return tracked.map(one => ({
    one,
    coverage: coverage.get(one.object.metadata.uid) ?? notCovered,
    isUsageKnown: !unknown.has(idOf(one) ?? ''),
  }))
}

/** An object that changed or went away meanwhile is met again next time. */
async function writeStatus(
  cluster: Cluster,
  facts: RepositoryFacts,
  now: Date,
  store: Store,
): Promise<'written' | 'unchanged' | 'overtaken'> {
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
    if (manualSyncOf(object.metadata) === undefined) return changed ? 'written' : 'unchanged'
    const fresh = await cluster.findObject('Repository', object.metadata.namespace, object.metadata.name)
    // Another value that came meanwhile is heard next time.
    if (fresh && manualSyncOf(fresh.metadata) === manualSyncOf(object.metadata))
      await cluster.annotate(fresh, { [manualSyncAnnotation]: null })
    return 'written'
  } catch (error) {
    if (error instanceof ConflictError || error instanceof NotFoundError) return 'overtaken'
    throw error
  }
}
