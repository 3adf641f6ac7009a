import type { NewImage } from '../domain/events.ts'
import type { RepositoryRecord } from '../domain/records/syncs.ts'
import { indexReferences } from '../domain/reference-index.ts'
import type { SyncCredential } from '../domain/sync-credential.ts'
import { anyRepository } from '../domain/usage-records.ts'
import { ConflictError, NotFoundError, UnreadableRecordError } from '../errors.ts'
import { sameStatus } from '../objects/conditions.ts'
import type { Cluster, CustomObject } from '../ports/cluster.ts'
import { credentialsByRepository } from './due-requests.ts'
import { manualSyncOf } from './object-ask.ts'
import { countsShown } from './object-facts.ts'
import { isTooLarge } from './read-part.ts'
import { countsOf, syncsOf } from './read-repositories.ts'
import {
  applyStatus,
  groundOf,
  type ReconciledObjects,
  type RepositoryDeps,
  type Sources,
} from './reconcile-repositories.ts'
import type { SeenObject } from './seen-objects.ts'
import type { ViewStore } from './shared-reads.ts'
import { idOf, type Tracked } from './tracked-object.ts'
import { type Ground, isWrittenFrom, withoutWrittenFrom } from './written-from.ts'

const nothingWritten: ReconciledObjects = { requested: 0, written: 0, overtaken: 0 }

/**
 * Tells the objects of a repository that nothing came but an image which none of them tracks and no workload names: most
 * pushes, of which all that there is to say is how many tags there are and which is the latest. The images of the repository
 * are not read for that, which are most of what is recorded of it.
 *
 * Undefined where there may be more to say, so that all of them are to be looked at whole: where a status is not just as this
 * version wrote it from what is known now, where an image or a tag of the push is tracked or in use, and where the registry's
 * own rules count images.
 */
export async function tellPush(
  pushed: NewImage,
  id: string,
  { cluster, wanted }: { readonly cluster: Cluster; readonly wanted: readonly SeenObject[] },
  { views, seen, unknownIn }: Pick<Sources, 'views' | 'seen' | 'unknownIn'>,
  { madeBy }: Pick<RepositoryDeps, 'madeBy'>,
): Promise<ReconciledObjects | undefined> {
  const told = wanted.flatMap((object): Told[] => {
    const ground = groundOf(object, unknownIn, madeBy)
    return ground && isUntouched(object.one, ground, pushed, id) ? [{ one: object.one, ground }] : []
  })
  if (told.length < wanted.length) return undefined
  try {
    const [repository, isUnused] = await Promise.all([views.findRepository(id), isNamedNowhere(pushed, id, views)])
    if (!repository || repository.registryRules?.rules !== undefined || !isUnused) return undefined
    const whole = told.filter(({ one }) => one.spec.tag === undefined)
    if (pushed.tag === undefined || whole.length === 0) return nothingWritten
    const credentials = credentialsByRepository(told.map(({ one }) => one)).get(id) ?? new Set()
    const counted = await countedStatuses(whole, pushed.tag, { repository, credentials }, views)
    return counted && (await writeAll(counted, cluster, seen))
  } catch (error) {
    if (error instanceof UnreadableRecordError) return undefined
    throw error
  }
}

interface Told {
  readonly one: Tracked
  readonly ground: Ground
}

/** Its status says all there is to say of it, and none of that is about what was pushed. */
function isUntouched(one: Tracked, ground: Ground, { tag, digests }: NewImage, id: string): boolean {
  const { object, spec } = one
  const { digest, failureCount, requestedSync } = object.status
  const isOfPush = (tag !== undefined && spec.tag === tag) || digests.some(pushed => pushed === digest)
  // One that fails may have something to read by now.
  const isOpen = failureCount !== 0 || requestedSync !== undefined || manualSyncOf(object.metadata) !== undefined
  return idOf(one) === id && !isOfPush && !isOpen && isWrittenFrom(object, ground)
}

/** By no workload, now or before. */
async function isNamedNowhere({ tag, digests }: NewImage, id: string, store: ViewStore): Promise<boolean> {
  const usage = await Promise.all([store.listUsage(id), store.listUsage(anyRepository)])
  const references = indexReferences(usage.flat())
  const tags = tag === undefined ? [] : [tag]
  return references.to(undefined, tags).length === 0 && digests.every(one => references.to(one, []).length === 0)
}

interface Counted extends Told {
  readonly status: CustomObject['status']
}

/** As they stand, but for the tags; undefined where the repository is too large, or one of them shows no tags. */
async function countedStatuses(
  whole: readonly Told[],
  pushedTag: string,
  {
    repository,
    credentials,
  }: { readonly repository: RepositoryRecord; readonly credentials: ReadonlySet<SyncCredential> },
  store: ViewStore,
): Promise<Counted[] | undefined> {
  const { id } = repository
  const [syncs, unread, listed, named] = await Promise.all([
    store.listSyncs(id),
    store.listUnreadTags(id),
    store.listTags(id, { mayLag: true }),
    store.findTags(id, [pushedTag]),
  ])
  if (isTooLarge(repository, syncs)) return undefined
  const tags = new Map([...listed, ...named].map(tag => [tag.tag, tag]))
  const present = [...tags.values()].filter(tag => tag.goneAt === undefined)
  const own = await syncsOf(repository, syncs, credentials, store)
  const view = { repository, tags, syncs: own, ...countsOf(present, unread) }
  const counted = whole.map(told => ({ ...told, shown: countsShown(told.one, view) }))
  if (counted.some(({ shown }) => shown.artifactCount === undefined || shown.latestTag === undefined)) return undefined
  return counted.map(({ one, ground, shown }) => ({
    one,
    ground,
    status: { ...withoutWrittenFrom(one.object.status), ...shown },
  }))
}

/** Undefined where one of them changed meanwhile: it is looked at whole, as it is then. */
async function writeAll(
  counted: readonly Counted[],
  cluster: Cluster,
  seen: Sources['seen'],
): Promise<ReconciledObjects | undefined> {
  let written = 0
  for (const { one, status, ground } of counted) {
    const { object } = one
    if (sameStatus(withoutWrittenFrom(object.status), status)) continue
    try {
      await applyStatus(cluster, object, status, { seen, ground })
      written += 1
    } catch (error) {
      if (error instanceof ConflictError || error instanceof NotFoundError) return undefined
      throw error
    }
  }
  return { ...nothingWritten, written }
}
