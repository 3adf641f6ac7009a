import pMap from 'p-map'
import type { Digest } from '../domain/digest.ts'
import type { Transition } from '../domain/lifecycle/transition.ts'
import type { ImageRecord } from '../domain/records.ts'
import { storedBytesOf } from '../domain/stored-blobs.ts'
import type { NotFoundError } from '../errors.ts'
import type { RegistryReader } from '../ports/registry.ts'
import type { Store } from '../ports/store.ts'
import { saveTransition } from '../records/save-image.ts'
import { askForImages, suspectsOf } from './gone-images.ts'
import { nothingShown, type Observation, observeRepository, observeTag, withoutFailed } from './observe.ts'
import { deniedTags, type Known, planImages, planTags, type SyncContext } from './plan-records.ts'
import { isToReadAgain, planPulls, planPushedAgain } from './plan-refresh.ts'
import { readImages } from './read-images.ts'
import { type Denied, readsAnother, recordGone } from './record-gone.ts'
import { saveUnread } from './unread-tags.ts'
import { maySayAllIsGone } from './word.ts'

export interface SyncDeps {
  readonly store: Store
  readonly reader: RegistryReader
}

export interface SyncResult {
  /** Of a whole repository: those that are recorded as there; else those that were read. */
  readonly tagCount: number
  /** Of those, the names that could not be read. */
  readonly unreadCount?: number
  readonly changes: number
  /** Bytes of the distinct configs and layers of the repository; absent where only a part of it was read. */
  readonly storedBytes?: number
  /** Where the one tag that was read points; absent where the registry denied it, and where more was read. */
  readonly digest?: Digest
  /** The registry showed something of the repository. */
  readonly hasRead: boolean
  /** Of a whole repository: the tags that are recorded as there and were denied. */
  readonly denied?: readonly string[]
  /** Why nothing could be read of a repository of which more is recorded. */
  readonly nothingRead?: NotFoundError
}

const writeConcurrency = 16

/**
 * Reads the whole repository and records what changed. Known tags that the list leaves out are asked for one by one, and
 * so are known images that lost their last tag, since most registries list no others.
 * Safe to repeat and to be killed anywhere: images are written before the tags and the indexes that point at them.
 */
export async function syncRepository(context: SyncContext, path: string, deps: SyncDeps): Promise<SyncResult> {
  const known = await readKnown(context.repository, deps.store)
  const current = [...known.tags.values()].filter(tag => tag.goneAt === undefined).map(tag => tag.tag)
  const unread = known.unread.map(one => one.tag)
  const seen = await observeRepository(deps.reader, path, current, maySayAllIsGone(context.word), unread)
  const { changes, images, observed } = await recordPresent(context, path, known, seen, deps)
  const tags = deniedTags(known, observed)
  const untagged = tags.map(tag => tag.digest)
  const asked = await askForImages(deps.reader, path, suspectsOf(images.values(), observed, untagged, context.now))
  const hasRead = observed.tags.size + observed.untagged.length > 0 || asked.holdsAny
  const where = observed.absent === undefined ? context : { ...context, isWholeGone: true }
  const gone = await recordGone(where, { tags, images: asked.denied }, hasRead, deps)
  const unreadChanges = await saveUnread(context, known.unread, observed, hasRead, deps.store)
  for (const image of gone.images) images.set(image.digest, image)
  const present = [...images.values()].filter(image => image.goneAt === undefined)
  const ended = new Set(gone.tags.map(one => one.tag))
  const denied = tags.map(one => one.tag).filter(tag => !ended.has(tag))
  const nothingRead = hasRead ? undefined : (observed.absent ?? (denied.length > 0 ? nothingShown(path) : undefined))
  return {
    tagCount: observed.tags.size + observed.unread.size + denied.length,
    unreadCount: observed.unread.size,
    changes: changes + gone.tags.length + gone.images.length + unreadChanges,
    storedBytes: storedBytesOf(present),
    hasRead,
    denied,
    ...(nothingRead && { nothingRead }),
  }
}

/** Reads only the tag of a hint: what it costs does not grow with the repository. */
export async function syncTag(context: SyncContext, path: string, tag: string, deps: SyncDeps): Promise<SyncResult> {
  const [observed, stored, unread] = await Promise.all([
    observeTag(deps.reader, path, tag),
    deps.store.findTag(context.repository, tag),
    deps.store.listUnreadTags(context.repository),
  ])
  const digest = observed.tags.get(tag)?.digest
  const image = digest && (await deps.store.findImage(context.repository, digest))
  const known: Known = {
    complete: false,
    tags: new Map(stored ? [[tag, stored]] : []),
    images: new Map(image ? [[image.digest, image]] : []),
    unread: unread.filter(one => one.tag === tag),
  }
  const { changes } = await recordPresent(context, path, known, observed, deps)
  // A tag that moved here, or came anew, says by that alone that its image is wanted.
  const stood = image !== undefined && stored?.digest === digest && stored?.goneAt === undefined
  const pushed = await save(stood ? planPushedAgain(context, image) : [], deps.store)
  const tags = deniedTags(known, observed)
  const untagged = await pMap(tags, one => deps.store.findImage(context.repository, one.digest))
  const gone = await recordHinted(context, path, { tags, images: untagged.filter(one => one !== undefined) }, deps)
  const hasRead = digest !== undefined || gone.holdsAny
  const unreadChanges = await saveUnread(context, known.unread, observed, hasRead, deps.store)
  return {
    tagCount: observed.tags.size,
    changes: changes + pushed.length + gone.changes + unreadChanges,
    hasRead,
    ...(digest && { digest }),
  }
}

/** Reads one manifest that a hint names by digest: a child or a signature pushed or deleted without a tag. */
export async function syncDigest(
  context: SyncContext,
  path: string,
  digest: Digest,
  deps: SyncDeps,
): Promise<SyncResult> {
  const image = await deps.store.findImage(context.repository, digest)
  if (image && image.goneAt === undefined) {
    const gone = await recordHinted(context, path, { tags: [], images: [image] }, deps)
    const pushed = await save(gone.changes === 0 ? planPushedAgain(context, image) : [], deps.store)
    return { tagCount: 0, changes: gone.changes + pushed.length, hasRead: gone.holdsAny }
  }
  const images = new Map(image ? [[digest, image]] : [])
  const known: Known = { complete: false, tags: new Map(), images, unread: [] }
  const observed: Observation = { tags: new Map(), gone: new Set(), unread: new Map(), untagged: [{ digest }] }
  const { changes } = await recordPresent(context, path, known, observed, deps)
  return { tagCount: 0, changes, hasRead: changes > 0 }
}

async function readKnown(repository: string, store: Store): Promise<Known> {
  const [tags, images, unread] = await Promise.all([
    store.listTags(repository),
    store.listImages(repository),
    store.listUnreadTags(repository),
  ])
  return {
    complete: true,
    unread,
    tags: new Map(tags.map(tag => [tag.tag, tag])),
    images: new Map(images.map(image => [image.digest, image])),
  }
}

/** What was written of what is there, and the images of the repository as far as they are known now. */
async function recordPresent(context: SyncContext, path: string, known: Known, seen: Observation, deps: SyncDeps) {
  const images = new Map(known.images)
  const isKnown = async (digest: Digest) => {
    const image =
      images.get(digest) ?? (known.complete ? undefined : await deps.store.findImage(context.repository, digest))
    if (image) images.set(digest, image)
    return image !== undefined && image.goneAt === undefined && !isToReadAgain(image, context)
  }
  // A hint is of one thing, which was read or not; beside the tags of a whole repository single failures do not count.
  const reading = { isKnown, ...(known.complete && { answers: seen.tags.size }) }
  const wanted = [...seen.tags.values(), ...seen.untagged]
  const { found, failed } = await readImages(deps.reader, path, wanted, reading)
  const observed = withoutFailed(seen, failed)
  const usage = found.size > 0 ? await deps.store.listUsage(context.repository) : []
  const imageChanges = [
    ...planImages(context, { ...known, images }, observed, found, usage),
    ...planPulls(context, images, observed).filter(({ draft }) => !found.has(draft.digest)),
  ]
  const depthOf = ({ draft }: Transition) => found.get(draft.digest)?.depth ?? 0
  const tagChanges = planTags(context, known, observed)
  // What is known is not read again, so that what it leads to must be recorded before it.
  for (const [, changes] of [...Map.groupBy(imageChanges, depthOf)].sort(([a], [b]) => b - a))
    for (const image of await save(changes, deps.store)) images.set(image.digest, image)
  await pMap(tagChanges, change => deps.store.saveTag(change.draft, change.previous), { concurrency: writeConcurrency })
  return { changes: imageChanges.length + tagChanges.length, images, observed }
}

/** What a hint found denied: its images are asked for too, and another tag where it matters whether more can be read. */
async function recordHinted(context: SyncContext, path: string, denied: Denied, deps: SyncDeps) {
  const asked = await askForImages(deps.reader, path, denied.images)
  const found = { tags: denied.tags, images: asked.denied }
  const isOpen = found.tags.length + found.images.length > 0 && !asked.holdsAny
  const hasRead = asked.holdsAny || (isOpen && (await readsAnother(context, path, denied, deps)))
  const gone = await recordGone(context, found, hasRead, deps)
  return { holdsAny: hasRead, changes: gone.tags.length + gone.images.length }
}

const save = (transitions: readonly Transition[], store: Store): Promise<ImageRecord[]> =>
  pMap(transitions, one => saveTransition(one, store), { concurrency: writeConcurrency })
