import pMap from 'p-map'
import { arrivalPlaces, doEventsArrive } from '../domain/event-arrival.ts'
import { hasEnded, hasSucceeded, type SyncRecord } from '../domain/records/syncs.ts'
import { UnreadableRecordError } from '../errors.ts'
import { findCondition } from '../objects/conditions.ts'
import { type Asking, dueRequests } from './due-requests.ts'
import { inTurn } from './due-verification.ts'
import { objectAskOf } from './object-ask.ts'
import { type DueSync, nextSyncOf } from './plan-sync.ts'
import { type RepositoryDeps, reserveMs } from './reconcile-repositories.ts'
import type { SeenObject, SeenObjects } from './seen-objects.ts'
import type { ViewStore } from './shared-reads.ts'
import type { IntervalFacts } from './sync-interval.ts'
import { idOf, type Tracked } from './tracked-object.ts'

interface DueDeps extends Pick<RepositoryDeps, 'syncQueue' | 'now' | 'remainingMs'> {
  readonly store: Pick<ViewStore, 'findRepository' | 'listSyncs' | 'findArrivals'>
}

const repositoriesAtOnce = 8

/**
 * Enqueues what is due of objects that need no other word, by the records of their syncs alone: no tag and no image is
 * read, and no status written. When a sync ended that found nothing new they show with the turn of their repository.
 * Answers the objects of which there is more to say. What it has no time for is due in the next run.
 */
export async function askDue(
  due: readonly SeenObject[],
  seen: Pick<SeenObjects, 'noteNext'>,
  { store, syncQueue, now, remainingMs = () => Number.POSITIVE_INFINITY }: DueDeps,
): Promise<{ readonly requested: number; readonly others: readonly SeenObject[] }> {
  const groups = inTurn([...Map.groupBy(due, ({ one }) => idOf(one) ?? '')], now())
  const look = async ([id, objects]: (typeof groups)[number]) =>
    remainingMs() < reserveMs ? unlooked : { objects, asking: await askingOf(id, objects, store, now()) }
  const looks = await pMap(groups, look, { concurrency: repositoriesAtOnce })
  const asking = looks.flatMap(one => one.asking ?? [])
  const requests = dueRequests(asking, now())
  await syncQueue.sendSyncRequests(requests)
  for (const { one, next } of asking) seen.noteNext(one.object.metadata.uid, next?.at)
  return { requested: requests.length, others: looks.flatMap(one => (one.asking ? [] : one.objects)) }
}

const unlooked = { objects: [], asking: [] }

/** Undefined where more than times is to be said of one of them. */
async function askingOf(
  id: string,
  objects: readonly SeenObject[],
  store: DueDeps['store'],
  now: Date,
): Promise<readonly Asking[] | undefined> {
  try {
    const [repository, syncs, arrivals] = await Promise.all([
      store.findRepository(id),
      store.listSyncs(id),
      store.findArrivals(Object.values(arrivalPlaces(id))),
    ])
    const facts = { tagCount: repository?.tagCount ?? 0, isTold: doEventsArrive(id, arrivals) }
    const asking = objects.map(({ one }) => askingOne(one, id, syncs, facts, now))
    return asking.every(one => one !== undefined) ? asking : undefined
  } catch (error) {
    // Its objects are told so.
    if (error instanceof UnreadableRecordError) return undefined
    throw error
  }
}

function askingOne(
  one: Tracked,
  repository: string,
  syncs: readonly SyncRecord[],
  facts: IntervalFacts,
  now: Date,
): Asking | undefined {
  const { object, spec, registry } = one
  if (registry.problem) return undefined
  const { credential } = registry
  const sync = syncs.find(record => record.credential === credential)
  const ask = objectAskOf({ object, repository, credential, requests: spec.syncRequests, sync })
  if (!ask.isNoted || !sync || !isPlain(sync) || !showsSuccess(one)) return undefined
  const next: DueSync | undefined = nextSyncOf(
    { spec, ask, credential, sync, failures: { count: 0 }, changedAt: undefined, ...facts },
    now,
  )
  return { one, ask, next, sync }
}

const isPlain = (sync: SyncRecord): boolean =>
  hasEnded(sync) && hasSucceeded(sync) && sync.progress === undefined && sync.deferred === undefined

/** One that is suspended shows what was read before, and waits for nothing. */
const showsSuccess = ({ object: { status }, spec }: Tracked): boolean =>
  spec.suspend || (findCondition(status, 'Synced')?.status === 'True' && Number(status.failureCount ?? 0) === 0)
