import pMap from 'p-map'
import type { Tenant } from '../domain/grants/rights.ts'
import { anyRepository } from '../domain/usage-records.ts'
import { ConflictError, NotFoundError } from '../errors.ts'
import { sameStatus } from '../objects/conditions.ts'
import type { KnownRegistrySecret } from '../objects/lending.ts'
import type { Policy } from '../objects/policy-object.ts'
import type { Cluster, CustomObject } from '../ports/cluster.ts'
import type { SyncQueue } from '../ports/messaging.ts'
import type { Store } from '../ports/store.ts'
import type { Rulebook } from '../settings.ts'
import { listPolicies } from '../sweep/world/list-policies.ts'
import { coveredObject } from '../sweep/world/policy-scope.ts'
import { manualSyncAnnotation } from './annotations.ts'
import { type Coverage, coverageOf, notCovered } from './cleanup-coverage.ts'
import { credentialsByRepository, dueRequests, tagsByRepository } from './due-requests.ts'
import { inTurn } from './due-verification.ts'
import { manualSyncOf } from './object-ask.ts'
import { objectFacts } from './object-facts.ts'
import { findUnknownUse, type KnownUse, readRepositories, type ViewDeps } from './read-repositories.ts'
import { type RepositoryFacts, repositoryStatus } from './repository-status.ts'
import { partsOf, type SeenObject, type SeenObjects } from './seen-objects.ts'
import type { ViewStore } from './shared-reads.ts'
import { eventsOfChange } from './status-events.ts'
import { idOf, trackedObject } from './tracked-object.ts'

export interface RepositoryDeps extends Omit<ViewDeps, 'store'> {
  readonly store: Store
  readonly syncQueue: SyncQueue
  readonly rulebook: Rulebook
  readonly now: () => Date
  /** What this process has seen of all objects; absent: whatever is given is looked at. */
  readonly seen?: SeenObjects
  /** Milliseconds until the invocation is ended from outside; absent where nothing ends it. */
  readonly remainingMs?: () => number
}

/** By what the objects of a cluster read, and from where it is told how that went. */
export interface ClusterRights {
  readonly views: ViewStore
  readonly known: readonly KnownRegistrySecret[]
  readonly tenantOf: (namespace: string) => Tenant
}

const writeConcurrency = 8
/** Repositories whose records are in memory together. */
const repositoriesInMemory = 64
/** With less time left, what was not looked at yet is left to the next run, which begins elsewhere. */
const reserveMs = 15_000

/** Enqueues the syncs that are due, one for each repository and credential, and writes the statuses that changed. */
export async function reconcileRepositories(
  cluster: Cluster,
  objects: readonly CustomObject[],
  { known, tenantOf, views }: ClusterRights,
  deps: RepositoryDeps,
): Promise<ReconciledObjects> {
  const now = deps.now()
  const tracked = objects.flatMap(object =>
    trackedObject(object, known, tenantOf(object.metadata.namespace), deps.rulebook),
  )
  const { accepted: policies } = await listPolicies(cluster, deps.rulebook.limits)
  const covered = tracked.flatMap(({ object, registry, spec }) =>
    registry.problem ? [] : [coveredObject(object, registry, spec.tag)],
  )
  const said = { policies, coverage: coverageOf(policies, covered) }
  const ids = new Set(tracked.flatMap(one => idOf(one) ?? []))
  const unknownIn = await findUnknownUse([...ids], { ...deps, store: views })
  const all = tracked.map(
    (one): SeenObject => ({
      one,
      coverage: said.coverage.get(one.object.metadata.uid) ?? notCovered,
      isUsageKnown: !unknownIn.has(idOf(one) ?? ''),
    }),
  )
  const wanted = deps.seen?.select(cluster.name, all, now) ?? all
  const byDigestAlone = wanted.length > 0 ? await views.listUsage(anyRepository) : []
  const told: Told = { cluster, known, said, use: { unknownIn, byDigestAlone }, views, now }
  const done = { requested: 0, written: 0, overtaken: 0 }
  let isLate = false
  for (const part of inTurn(partsOf(wanted, repositoriesInMemory), now)) {
    const { requested, results } = isLate ? unlooked : await reconcilePart(part, told, deps)
    const isTold = (at: number) => results[at] !== undefined && results[at] !== 'overtaken'
    for (const [at, object] of part.entries()) deps.seen?.note(cluster.name, object, isTold(at))
    done.requested += requested
    done.overtaken += results.filter(result => result === 'overtaken').length
    done.written += results.filter(result => result === 'written').length
    isLate = (deps.remainingMs?.() ?? Number.POSITIVE_INFINITY) < reserveMs
  }
  return done
}

const unlooked = { requested: 0, results: [] }

export interface ReconciledObjects {
  readonly requested: number
  readonly written: number
  /** Objects that changed, or went away, before their status was written. */
  readonly overtaken: number
}

/** What all objects of a cluster are told by. */
interface Told extends Pick<ClusterRights, 'known' | 'views'> {
  readonly cluster: Cluster
  readonly said: { readonly policies: readonly Policy[]; readonly coverage: ReadonlyMap<string, Coverage> }
  readonly use: KnownUse
  readonly now: Date
}

/** How each fared, in the order of the objects. */
async function reconcilePart(
  part: readonly SeenObject[],
  { cluster, known, said, use, views: store, now }: Told,
  deps: RepositoryDeps,
): Promise<{ requested: number; results: Written[] }> {
  const tracked = part.map(({ one }) => one)
  const views = await readRepositories(
    { credentials: credentialsByRepository(tracked), tags: tagsByRepository(tracked) },
    use,
    store,
  )
  const all = tracked.map(one => ({
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
  return { requested: requests.length, results }
}

type Written = 'written' | 'unchanged' | 'overtaken'

/** An object that changed or went away meanwhile is met again next time. */
async function writeStatus(cluster: Cluster, facts: RepositoryFacts, now: Date, store: Store): Promise<Written> {
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
