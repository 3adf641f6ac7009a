import type { NewImage } from '../domain/events.ts'
import { indexReferences } from '../domain/reference-index.ts'
import type { SyncCredential } from '../domain/sync-credential.ts'
import { anyRepository } from '../domain/usage-records.ts'
import { ConflictError, NotFoundError, UnreadableRecordError } from '../errors.ts'
import { sameStatus } from '../objects/conditions.ts'
import type { Cluster, CustomObject } from '../ports/cluster.ts'
import { manualSyncOf } from './object-ask.ts'
import { countsShown } from './object-facts.ts'
import { isTooLarge } from './read-part.ts'
import { countsOf, syncsOf } from './read-repositories.ts'
import { groundOf, type ReconciledObjects, type RepositoryDeps, type Sources } from './reconcile-repositories.ts'
import type { SeenObject } from './seen-objects.ts'
import type { ViewStore } from './shared-reads.ts'
import { idOf } from './tracked-object.ts'
import { type Ground, isWrittenFrom, withoutWrittenFrom, withWrittenFrom } from './written-from.ts'

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
  const grounded = wanted.map(one => ({ one, ground: groundOf(one, unknownIn, madeBy) }))
  const told = grounded.filter(({ one, ground }) => ground && isUntouched(one, ground, pushed, id))
  if (told.length < wanted.length) return undefined
  try {
    if (!(await isUnused(pushed, id, views))) return undefined
    const whole = told.filter(({ one: { one } }) => one.spec.tag === undefined)
    if (pushed.tag === undefined || whole.length === 0) return nothingWritten
    const statuses = await countedStatuses(whole, credentialsOf(wanted), id, pushed.tag, views)
    return statuses && (await writeAll(statuses, cluster, seen))
  } catch (error) {
    if (error instanceof UnreadableRecordError) return undefined
    throw error
  }
}

/** Its status says all there is to say of it, and none of that is about what was pushed. */
function isUntouched({ one }: SeenObject, ground: Ground, { tag, digests }: NewImage, id: string): boolean {
  const { object, spec } = one
  const { digest, failureCount, requestedSync } = object.status
  const isOfPush = (tag !== undefined && spec.tag === tag) || digests.some(pushed => pushed === digest)
  // One that fails may have something to read by now.
  const isOpen = failureCount !== 0 || requestedSync !== undefined || manualSyncOf(object.metadata) !== undefined
  return idOf(one) === id && !isOfPush && !isOpen && isWrittenFrom(object, ground)
}

/** No workload names it, now or before, and no rule of the registry counts images. */
async function isUnused({ tag, digests }: NewImage, id: string, store: ViewStore): Promise<boolean> {
  const [repository, ...usage] = await Promise.all([
    store.findRepository(id),
    store.listUsage(id),
    store.listUsage(anyRepository),
  ])
  if (!repository || repository.registryRules?.rules !== undefined) return false
  const references = indexReferences(usage.flat())
  const tags = tag === undefined ? [] : [tag]
  return references.to(undefined, tags).length === 0 && digests.every(one => references.to(one, []).length === 0)
}

const credentialsOf = (wanted: readonly SeenObject[]): ReadonlySet<SyncCredential> =>
  new Set(wanted.flatMap(({ one: { registry } }) => (registry.problem ? [] : [registry.credential])))

interface Counted {
  readonly object: CustomObject
  readonly status: CustomObject['status']
  readonly ground: Ground | undefined
}

/** As they stand, but for the tags; undefined where the repository is too large, or one of them shows no tags. */
async function countedStatuses(
  whole: readonly { readonly one: SeenObject; readonly ground: Ground | undefined }[],
  credentials: ReadonlySet<SyncCredential>,
  id: string,
  pushedTag: string,
  store: ViewStore,
): Promise<Counted[] | undefined> {
  const [repository, syncs, unread, listed, named] = await Promise.all([
    store.findRepository(id),
    store.listSyncs(id),
    store.listUnreadTags(id),
    store.listTags(id, { mayLag: true }),
    store.findTags(id, [pushedTag]),
  ])
  if (isTooLarge(repository, syncs)) return undefined
  const tags = new Map([...listed, ...named].map(tag => [tag.tag, tag]))
  const counts = countsOf(
    [...tags.values()].filter(tag => tag.goneAt === undefined),
    unread,
  )
  const view = { repository, tags, syncs: await syncsOf(repository, syncs, credentials, store), ...counts }
  const all = whole.map(({ one: { one }, ground }) => ({ ground, object: one.object, shown: countsShown(one, view) }))
  if (all.some(({ shown }) => shown.artifactCount === undefined || shown.latestTag === undefined)) return undefined
  return all.map(({ object, ground, shown }) => ({
    object,
    ground,
    status: { ...withoutWrittenFrom(object.status), ...shown },
  }))
}

/** Undefined where one of them changed meanwhile: it is looked at whole, as it is then. */
async function writeAll(
  counted: readonly Counted[],
  cluster: Cluster,
  seen: Sources['seen'],
): Promise<ReconciledObjects | undefined> {
  let written = 0
  for (const { object, status, ground } of counted) {
    if (sameStatus(withoutWrittenFrom(object.status), status)) continue
    try {
      const version = await cluster.applyStatus(object, ground ? withWrittenFrom(status, object, ground) : status)
      seen.noteWritten(object.metadata.uid, version)
      written += 1
    } catch (error) {
      if (error instanceof ConflictError || error instanceof NotFoundError) return undefined
      throw error
    }
  }
  return { ...nothingWritten, written }
}
