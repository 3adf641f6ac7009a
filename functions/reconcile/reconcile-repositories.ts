import pMap from 'p-map'
import { sameStatus } from '../../shared/cluster/conditions.ts'
import { parseRepositoryObject, type RepositorySpec } from '../../shared/cluster/parse-objects.ts'
import {
  type KnownRegistrySecret,
  type ResolvedRegistry,
  resolveRegistry,
} from '../../shared/cluster/resolve-registry.ts'
import type { SyncRequest } from '../../shared/domain/events.ts'
import { ConflictError, InvalidInputError, NotFoundError } from '../../shared/errors.ts'
import type { Cluster, Condition, CustomObject } from '../../shared/ports/cluster.ts'
import type { SyncQueue } from '../../shared/ports/messaging.ts'
import { manualSyncAnnotation } from './names.ts'
import { manualSyncOf, nextSyncOf } from './plan-sync.ts'
import { type RepositoryView, readRepositories, type ViewDeps } from './read-repositories.ts'
import { type RepositoryFacts, repositoryStatus } from './repository-status.ts'

export interface RepositoryDeps extends ViewDeps {
  readonly syncQueue: SyncQueue
  readonly canonicalHost: (host: string) => string
  readonly now: () => Date
}

interface Tracked {
  readonly object: CustomObject
  readonly spec: RepositorySpec
  readonly registry: ResolvedRegistry
}

const writeConcurrency = 8

/** Enqueues the syncs that are due, one a repository, and writes the statuses that changed. */
export async function reconcileRepositories(
  cluster: Cluster,
  objects: readonly CustomObject[],
  secrets: readonly KnownRegistrySecret[],
  deps: RepositoryDeps,
): Promise<{ requested: number; written: number }> {
  const tracked = objects.flatMap(object => track(object, secrets, deps.canonicalHost))
  const views = await readRepositories(
    tracked.flatMap(one => idOf(one) ?? []),
    deps,
  )
  const now = deps.now()
  const facts = tracked.map(one => ({ one, facts: factsOf(one, views.get(idOf(one) ?? ''), now) }))
  const requests = requestsOf(facts, now)
  await deps.syncQueue.sendSyncRequests(requests)
  const written = await pMap(facts, each => writeStatus(cluster, each.facts, now), { concurrency: writeConcurrency })
  return { requested: requests.length, written: written.filter(Boolean).length }
}

function track(
  object: CustomObject,
  secrets: readonly KnownRegistrySecret[],
  canonicalHost: (host: string) => string,
): Tracked[] {
  try {
    const spec = parseRepositoryObject(object)
    const registry: ResolvedRegistry = spec.registryRef
      ? resolveRegistry(object.metadata.namespace, spec.registryRef, secrets, canonicalHost)
      : {
          problem: {
            reason: 'RegistryNotFound',
            message: 'expected spec.registryRef with the name of a RegistrySecret',
          },
        }
    return [{ object, spec, registry }]
  } catch (error) {
    // The API server validates these; what it let through is left alone rather than guessed at.
    if (error instanceof InvalidInputError) return []
    throw error
  }
}

const idOf = ({ registry, spec }: Tracked): string | undefined =>
  registry.problem ? undefined : `${registry.domain}/${spec.repository}`

function factsOf({ object, spec, registry }: Tracked, view: RepositoryView | undefined, now: Date): RepositoryFacts {
  const tag = spec.tag === undefined ? undefined : view?.tags.get(spec.tag)
  const image = tag && view?.images.get(tag.digest)
  const attempted = object.status.lastAttemptTime !== undefined
  const { problem } = registry
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
    path: spec.repository,
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
    const { domain: registry, credentialId } = one.registry
    const { timeoutMs, repository } = one.spec
    const { trigger, attempt } = next
    byRepository.set(id, { registry, repository, timeoutMs, trigger, attempt, ...(credentialId && { credentialId }) })
  }
  return [...byRepository.values()]
}

/** True when something was written. An object that changed or went away meanwhile is met again next time. */
async function writeStatus(cluster: Cluster, facts: RepositoryFacts, now: Date): Promise<boolean> {
  const { object } = facts
  const status = repositoryStatus(facts, now)
  try {
    const changed = !sameStatus(object.status, status)
    if (changed) {
      await cluster.applyStatus(object, status)
      await announce(cluster, object, status)
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

/** An Event for each result of a sync that differs from the one before: the error log of `kubectl describe`. */
async function announce(cluster: Cluster, object: CustomObject, status: Record<string, unknown>): Promise<void> {
  const before = syncedOf(object.status)
  const after = syncedOf(status)
  if (!after || after.status === 'Unknown' || (before?.reason === after.reason && before.message === after.message))
    return
  const type = after.status === 'True' ? 'Normal' : 'Warning'
  await cluster.recordEvent(object, { type, reason: after.reason, message: after.message })
}

const syncedOf = (status: Readonly<Record<string, unknown>>): Condition | undefined =>
  (status.conditions as Condition[] | undefined)?.find(condition => condition.type === 'Synced')
