import pMap from 'p-map'
import type { SyncRequest } from '../domain/events.ts'
import { ConflictError, NotFoundError } from '../errors.ts'
import { sameStatus } from '../objects/conditions.ts'
import type { Policy } from '../objects/policy-object.ts'
import type { KnownRegistrySecret } from '../objects/resolve-registry.ts'
import type { Cluster, CustomObject } from '../ports/cluster.ts'
import type { SyncQueue } from '../ports/messaging.ts'
import type { Store } from '../ports/store.ts'
import type { Rulebook } from '../settings.ts'
import { listPolicies } from '../sweep/world/list-policies.ts'
import { coveredObject } from '../sweep/world/policy-scope.ts'
import { manualSyncAnnotation } from './annotations.ts'
import { type Coverage, coverageOf, notCovered } from './cleanup-coverage.ts'
import type { CleanupFacts } from './cleanup-status.ts'
import { manualSyncOf, nextSyncOf } from './plan-sync.ts'
import { type RepositoryView, readRepositories, type ViewDeps } from './read-repositories.ts'
import { type RepositoryFacts, repositoryStatus } from './repository-status.ts'
import { eventsOfChange } from './status-events.ts'
import { idOf, type Tracked, trackedObject } from './tracked-object.ts'

export interface RepositoryDeps extends ViewDeps {
  readonly syncQueue: SyncQueue
  readonly rulebook: Rulebook
  readonly now: () => Date
}

const writeConcurrency = 8

/** Enqueues the syncs that are due, one a repository, and writes the statuses that changed. */
export async function reconcileRepositories(
  cluster: Cluster,
  objects: readonly CustomObject[],
  secrets: readonly KnownRegistrySecret[],
  deps: RepositoryDeps,
): Promise<{ requested: number; written: number }> {
  // Before anything is read: a sync that ends meanwhile is then newer than the status that did not know of it.
  const now = deps.now()
  const tracked = objects.flatMap(object => trackedObject(object, secrets, deps.rulebook.canonicalHost))
  const [views, { accepted: policies }] = await Promise.all([
    readRepositories(
      tracked.flatMap(one => idOf(one) ?? []),
      deps,
    ),
    listPolicies(cluster, deps.rulebook.limits),
  ])
  const covered = tracked.flatMap(({ object, registry, spec }) =>
    registry.problem ? [] : [coveredObject(object, registry, spec.tag)],
  )
  const coverage = coverageOf(policies, covered)
  const facts = tracked.map(one => {
    const view = views.get(idOf(one) ?? '')
    return { one, facts: { ...factsOf(one, view, now), cleanup: cleanupFacts(one, view, coverage, policies) } }
  })
  const requests = requestsOf(facts, now)
  await deps.syncQueue.sendSyncRequests(requests)
  const written = await pMap(facts, each => writeStatus(cluster, each.facts, now, deps.store), {
    concurrency: writeConcurrency,
  })
  return { requested: requests.length, written: written.filter(Boolean).length }
}

function cleanupFacts(
  { object, spec }: Tracked,
  view: RepositoryView | undefined,
  coverage: ReadonlyMap<string, Coverage>,
  policies: readonly Policy[],
): CleanupFacts {
  const tag = spec.tag === undefined ? undefined : view?.tags.get(spec.tag)
  const image = tag && tag.goneAt === undefined ? view?.images.get(tag.digest) : undefined
  return {
    image,
    tags: image ? (view?.tagsOn(image.digest) ?? []) : [],
    usage: view?.usageOf(spec.tag, tag?.digest) ?? [],
    coverage: coverage.get(object.metadata.uid) ?? notCovered,
    markedBy: policies.find(policy => policy.id === image?.mark?.policy)?.spec,
    isOffline: view?.isOffline ?? false,
    marks: spec.tag === undefined ? (view?.marks ?? []) : undefined,
  }
}

function factsOf(
  { object, spec, registry }: Tracked,
  view: RepositoryView | undefined,
  now: Date,
): Omit<RepositoryFacts, 'cleanup'> {
  const tag = spec.tag === undefined ? undefined : view?.tags.get(spec.tag)
  const image = tag && view?.images.get(tag.digest)
  const attempted = object.status.lastAttemptTime !== undefined
  const problem = registry.problem ?? view?.problem
  const syncFacts = {
    metadata: object.metadata,
    spec,
    attempted,
    credentialId: registry.problem ? undefined : registry.credentialId,
    repository: view?.repository,
    tag,
  }
  return {
    object,
    tagName: spec.tag,
    domain: registry.domain,
    path: registry.path ?? spec.repository,
    problem,
    repository: view?.repository,
    tag,
    image,
    children: image?.children?.flatMap(child => view?.images.get(child) ?? []) ?? [],
    latestTag: spec.tag === undefined ? view?.latestTag : undefined,
    usage: view?.usageOf(spec.tag, tag?.digest) ?? [],
    usageKnown: view?.usageKnown ?? false,
    role: tag && view?.roleOf(tag.digest),
    next: problem ? undefined : nextSyncOf(syncFacts, now),
    retryCount: spec.retryCount,
  }
}

/** Objects of one repository share a sync; an asked-for one goes first, since its attempt must be the one that is made. */
function requestsOf(all: readonly { one: Tracked; facts: RepositoryFacts }[], now: Date): SyncRequest[] {
  const byRepository = new Map<string, SyncRequest>()
  for (const { one, facts } of all) {
    const id = idOf(one)
    const { next } = facts
    if (id === undefined || one.registry.problem || !next || next.at > now) continue
    if (byRepository.has(id) && next.trigger !== 'Manual') continue
    const { domain: registry, path: repository, credentialId } = one.registry
    const { timeoutMs } = one.spec
    const { trigger, attempt } = next
    byRepository.set(id, { registry, repository, timeoutMs, trigger, attempt, ...(credentialId && { credentialId }) })
  }
  return [...byRepository.values()]
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
    if (fresh) await cluster.annotate(fresh, { [manualSyncAnnotation]: null })
    return true
  } catch (error) {
    if (error instanceof ConflictError || error instanceof NotFoundError) return false
    throw error
  }
}
