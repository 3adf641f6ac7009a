import pMap from 'p-map'
import { anyRepository } from '../domain/usage-records.ts'
import { ConflictError, NotFoundError } from '../errors.ts'
import type { RepositoryMeasures } from '../metrics/repository-measures.ts'
import { sameStatus } from '../objects/conditions.ts'
import type { Cluster, CustomObject } from '../ports/cluster.ts'
import type { SyncQueue } from '../ports/messaging.ts'
import type { Store } from '../ports/store.ts'
import type { Rulebook } from '../settings.ts'
import { manualSyncAnnotation } from './annotations.ts'
import { findAlarm } from './danger-condition.ts'
import { credentialsByRepository, dueRequests, tagsByRepository } from './due-requests.ts'
import { inTurn } from './due-verification.ts'
import { manualSyncOf } from './object-ask.ts'
import { objectFacts } from './object-facts.ts'
import { type KnownUse, readRepositories, type ViewDeps } from './read-repositories.ts'
import { inDangerTexts } from './registry-rules.ts'
import { type RepositoryFacts, repositoryStatus } from './repository-status.ts'
import { partsOf, type SeenObject, type SeenObjects, type Surroundings } from './seen-objects.ts'
import type { ViewStore } from './shared-reads.ts'
import { eventsOfChange } from './status-events.ts'
import { idOf } from './tracked-object.ts'
import { type Ground, withoutWrittenFrom, withWrittenFrom } from './written-from.ts'

export interface RepositoryDeps extends Omit<ViewDeps, 'store'> {
  readonly store: Store
  readonly syncQueue: SyncQueue
  readonly rulebook: Rulebook
  readonly now: () => Date
  /** The code and the settings of this process, which its statuses name; absent: they name nothing. */
  readonly madeBy?: string
  /** Told when an object first tells of an image that runs and cannot be pulled, before its status says so. */
  readonly onDanger?: (danger: { readonly cluster: string; readonly message: string }) => void
  /** Milliseconds until the invocation is ended from outside; absent where nothing ends it. */
  readonly remainingMs?: () => number
}

const writeConcurrency = 8
/** Repositories whose records are in memory together. */
const repositoriesInMemory = 64
/** With less time left, what was not looked at yet is left to the next run, which begins elsewhere. */
export const reserveMs = 15_000

/**
 * Enqueues the syncs that are due, one for each repository and credential, and writes the statuses that changed: of all
 * objects that lead to a repository of the cluster, or of none.
 *
 * @param seen what this process keeps of the objects of the cluster, which is told how each of them fared
 */
export async function reconcileRepositories(
  cluster: Cluster,
  wanted: readonly SeenObject[],
  { around, unknownIn, views, seen, measures }: Sources,
  deps: RepositoryDeps,
): Promise<ReconciledObjects> {
  const now = deps.now()
  const byDigestAlone = wanted.length > 0 ? await views.listUsage(anyRepository) : []
  const told: Told = { cluster, around, use: { unknownIn, byDigestAlone }, views, seen, measures, now }
  const done = { requested: 0, written: 0, overtaken: 0 }
  const inDanger = new Set<string>()
  let isLate = false
  for (const part of inTurn(partsOf(wanted, repositoriesInMemory), now)) {
    const { requested, results, dangers } = isLate ? unlooked : await reconcilePart(part, told, deps)
    const isTold = (at: number) => results[at] !== undefined && results[at] !== 'overtaken'
    for (const [at, object] of part.entries()) seen.note(object, isTold(at), unknownIn, now)
    for (const danger of dangers) inDanger.add(danger)
    done.requested += requested
    done.overtaken += results.filter(result => result === 'overtaken').length
    done.written += results.filter(result => result === 'written').length
    isLate = (deps.remainingMs?.() ?? Number.POSITIVE_INFINITY) < reserveMs
  }
  return { ...done, ...(inDanger.size > 0 && { inDanger: [...inDanger] }) }
}

/** By what the objects of a cluster are looked at. */
export interface Sources {
  readonly around: Surroundings
  /** Repositories of which it is not known what is in use. */
  readonly unknownIn: ReadonlySet<string>
  readonly views: ViewStore
  readonly seen: Pick<SeenObjects, 'note' | 'noteWritten'>
  /** Told what is read of each repository; absent where nobody measures. */
  readonly measures?: Pick<RepositoryMeasures, 'note'> | undefined
}

const unlooked = { requested: 0, results: [], dangers: [] }

export interface ReconciledObjects {
  readonly requested: number
  readonly written: number
  /** Objects that changed, or went away, before their status was written. */
  readonly overtaken: number
  /** Images in use that their registry is about to delete by a rule of its own, each in words. */
  readonly inDanger?: readonly string[]
}

/** What all objects of a cluster are told by. */
interface Told extends Omit<Sources, 'unknownIn'> {
  readonly cluster: Cluster
  readonly use: KnownUse
  readonly now: Date
}

/** How each fared, in the order of the objects. */
async function reconcilePart(
  part: readonly SeenObject[],
  { cluster, around, use, views: store, seen, measures, now }: Told,
  deps: RepositoryDeps,
): Promise<{ requested: number; results: Written[]; dangers: readonly string[] }> {
  const tracked = part.map(({ one }) => one)
  const views = await readRepositories(
    {
      credentials: credentialsByRepository(tracked),
      tags: tagsByRepository(tracked),
      inTurn: new Set(part.flatMap(({ one, isInTurn }) => (isInTurn ? (idOf(one) ?? []) : []))),
    },
    use,
    store,
  )
  for (const [id, view] of views) if (!view.problem) measures?.note(id, view, now)
  const coverage = new Map(part.map(one => [one.one.object.metadata.uid, one.coverage]))
  const said = { policies: around.policies, coverage }
  const all = tracked.map(one => ({
    one,
    facts: objectFacts(one, views.get(idOf(one) ?? ''), said, around, now),
  }))
  const requests = dueRequests(
    all.map(({ one, facts: { ask, next, record } }) => ({ one, ask, next, sync: record })),
    now,
  )
  await deps.syncQueue.sendSyncRequests(requests)
  const grounds = part.map(object => groundOf(object, use.unknownIn, deps.madeBy))
  const results = await pMap(
    all,
    ({ facts }, at) => writeStatus(cluster, facts, { seen, ground: grounds[at] }, now, deps),
    { concurrency: writeConcurrency },
  )
  const dangers = [...views].flatMap(([id, { registryRules }]) => inDangerTexts(id, registryRules, now))
  return { requested: requests.length, results, dangers }
}

/**
 * How many tags a repository has changes with each push: of an object that tracks one of them it is written with whatever
 * else there is to say, at the latest with the next full sync.
 */
function isNewStatus({ object, tagName }: RepositoryFacts, status: CustomObject['status']): boolean {
  const before = withoutWrittenFrom(object.status)
  const { artifactCount } = before
  const isCounted = tagName !== undefined && artifactCount !== undefined && status.artifactCount !== undefined
  return !sameStatus(before, isCounted ? { ...status, artifactCount } : status)
}

export function groundOf(
  { one, key }: SeenObject,
  unknownIn: ReadonlySet<string>,
  madeBy: string | undefined,
): Ground | undefined {
  return madeBy === undefined ? undefined : { madeBy, key, isUsageKnown: !unknownIn.has(idOf(one) ?? '') }
}

interface Writing {
  readonly seen: Sources['seen']
  readonly ground: Ground | undefined
}

/** The version of the object with that status; what this process has seen of it knows that it is our own. */
export async function applyStatus(
  cluster: Cluster,
  object: CustomObject,
  status: CustomObject['status'],
  { seen, ground }: Writing,
): Promise<string> {
  const version = await cluster.applyStatus(object, ground ? withWrittenFrom(status, object, ground) : status)
  seen.noteWritten(object.metadata.uid, version)
  return version
}

type Written = 'written' | 'unchanged' | 'overtaken'

/** An object that changed or went away meanwhile is met again next time. */
async function writeStatus(
  cluster: Cluster,
  facts: RepositoryFacts,
  { seen, ground }: Writing,
  now: Date,
  { store, onDanger }: Pick<RepositoryDeps, 'store' | 'onDanger'>,
): Promise<Written> {
  const { object, dangers } = facts
  const { uid, namespace, name } = object.metadata
  let version = object.metadata.resourceVersion
  const status = repositoryStatus(facts, now)
  try {
    const changed = isNewStatus(facts, status)
    if (changed) {
      // Told before it is written: killed in between, it is told again, and counted as one Event.
      for (const event of await eventsOfChange(object, status, facts.cleanup, store))
        await cluster.recordEvent(object, event)
      const alarm = findAlarm(object.status, status, dangers)
      if (alarm !== undefined)
        onDanger?.({ cluster: cluster.name, message: `Repository ${namespace}/${name}: ${alarm}` })
      version = await applyStatus(cluster, object, status, { seen, ground })
    }
    if (manualSyncOf(object.metadata) === undefined) return changed ? 'written' : 'unchanged'
    const fresh = await cluster.findObject('Repository', namespace, name)
    // Another value that came meanwhile is heard next time.
    if (fresh && manualSyncOf(fresh.metadata) === manualSyncOf(object.metadata)) {
      const annotated = await cluster.annotate(fresh, { [manualSyncAnnotation]: null })
      // Else there is somebody else's change in it.
      if (fresh.metadata.resourceVersion === version) seen.noteWritten(uid, annotated)
    }
    return 'written'
  } catch (error) {
    if (error instanceof ConflictError || error instanceof NotFoundError) return 'overtaken'
    throw error
  }
}
