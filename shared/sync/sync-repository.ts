import pMap from 'p-map'
import type { Digest } from '../domain/digest.ts'
import type { NewImage } from '../domain/events.ts'
import type { ImageRecord, TagRecord } from '../domain/records/images.ts'
import { storedBytesOf } from '../domain/stored-blobs.ts'
import { digestsBelow } from '../domain/version-runs.ts'
import type { NotFoundError } from '../errors.ts'
import type { StorageQuota } from '../ports/registry.ts'
import { putAwayGone } from '../records/put-away-gone.ts'
import { saveLatest } from '../records/save-latest.ts'
import { askForImages, possiblyGoneOf } from './gone-images.ts'
import { type Listing, listOrAbsent, nothingShown, type Observation, observeRepository, observeTag } from './observe.ts'
import { deniedTags, type Known, type SyncContext } from './plan-records.ts'
import { planPushedAgain } from './plan-refresh.ts'
import { maySayAllIsGone } from './reader-authority.ts'
import { type Denied, readsAnother, recordGone } from './record-gone.ts'
import { type KnownPart, type Recorded, recordPresent, type SyncDeps, saveAll } from './record-present.ts'
import { beginning, inOneGo, mostAtOnce, type Slice } from './slice.ts'
import { SortedListing } from './sorted-listing.ts'
import { syncSlice } from './sync-slice.ts'
import { withTagsThatCameBack } from './tags-that-came-back.ts'
import { saveUnread } from './unread-tags.ts'

export interface SyncResult {
  /** Of a whole repository: those that are recorded as there; else those that were read. */
  readonly tagCount: number
  /** Of those, the names that could not be read, or lead to a manifest that could not. */
  readonly unreadCount?: number
  readonly changes: number
  /** Of a whole repository those of them that a registry tells by events: what was pushed, moved or untagged. */
  readonly news?: number
  /** Bytes of the distinct configs and layers of the repository; absent where only a part of it was read. */
  readonly storedBytes?: number
  /** Where the one tag that was read points; absent where the registry denied it, and where more was read. */
  readonly digest?: Digest
  /** Of a hint: all that changed, where that is no more than an image that is new. */
  readonly pushed?: NewImage
  /** The registry showed something of the repository. */
  readonly hasRead: boolean
  /** Of a whole repository: the tags that are recorded as there and were denied. */
  readonly denied?: readonly string[]
  /** The same of images that it was asked for by their digest, since no tag leads to them. */
  readonly deniedImages?: readonly Digest[]
  /** Why nothing could be read of a repository of which more is recorded. */
  readonly nothingRead?: NotFoundError
  /** What people should know of how it was read. */
  readonly note?: string
  /** Of a whole repository, where the registry tells it. */
  readonly quota?: StorageQuota
  /** The time was over before all was read. */
  readonly isUnfinished?: true
}

/** As many records are held in memory, those of tags that went long ago among them. */
const mostInMemory = 5 * mostAtOnce
const firstTagsConcurrency = 16

/**
 * Reads the whole repository, or of a large one what the time of the slice allows, and records what changed. Known tags
 * that the list leaves out are asked for one by one, and so are known images that lost their last tag, since most
 * registries list no others.
 * Safe to repeat and to be killed anywhere: images are written before the tags and the indexes that point at them.
 */
export async function syncRepository(
  context: SyncContext,
  path: string,
  deps: SyncDeps,
  slice: Slice = inOneGo,
): Promise<SyncResult> {
  const known = slice.from ? undefined : await readKnown(context.repository, deps)
  const listing = await listOrAbsent(deps.reader, path)
  return known && listing.tags.length <= mostAtOnce
    ? syncWhole(context, path, { known, listing }, deps)
    : syncLarge(context, path, listing, slice, deps)
}

async function syncWhole(
  context: SyncContext,
  path: string,
  { known, listing }: { readonly known: Known; readonly listing: Listing },
  deps: SyncDeps,
): Promise<SyncResult> {
  const current = [...known.tags.values()].filter(isThere).map(tag => tag.tag)
  const unread = known.unread.map(one => one.tag)
  const names = { known: current, unread, recorded: new Set([...known.tags.keys(), ...unread]) }
  const seen = await observeRepository(deps, path, listing, names, maySayAllIsGone(context.authority))
  const tagsBefore = await withTagsThatCameBack(context.repository, known.tags, seen, deps.store)
  const { changes, news, images, observed } = await recordPresent(
    context,
    path,
    { ...known, tags: tagsBefore },
    seen,
    deps,
  )
  const tags = deniedTags(known, observed)
  const untagged = tags.map(tag => tag.digest)
  const asked = await askForImages(deps.reader, path, possiblyGoneOf(images.values(), observed, untagged, context.now))
  const hasRead = observed.tags.size + observed.untagged.length > 0 || asked.holdsAny
  const where = observed.absent === undefined ? context : { ...context, isWholeGone: true }
  const gone = await recordGone(where, { tags, images: asked.denied }, hasRead, deps)
  const unreadChanges = await saveUnread(context, known.unread, observed, hasRead, deps.store)
  for (const image of gone.images) images.set(image.digest, image)
  await putAwayGone({ tags: [...known.tags.values()], images: [...known.images.values()] }, context.now, deps.store)
  const present = [...images.values()].filter(image => image.goneAt === undefined)
  const ended = new Set(gone.tags.map(one => one.tag))
  const denied = tags.map(one => one.tag).filter(tag => !ended.has(tag))
  const deniedImages = asked.denied.map(one => one.digest).filter(digest => images.get(digest)?.goneAt === undefined)
  const quota = await deps.reader.findQuota?.(path)
  const nothingRead = hasRead ? undefined : (observed.absent ?? (denied.length > 0 ? nothingShown(path) : undefined))
  return {
    tagCount: observed.tags.size + observed.unread.size + denied.length,
    unreadCount: observed.unread.size + [...observed.tags.values()].filter(tag => isOdd(images.get(tag.digest))).length,
    changes: changes + gone.tags.length + gone.images.length + unreadChanges,
    news: news + gone.tags.length,
    storedBytes: storedBytesOf(present),
    hasRead,
    denied,
    deniedImages,
    ...noteOf(listing),
    ...(quota && { quota }),
    ...(nothingRead && { nothingRead }),
  }
}

async function syncLarge(
  context: SyncContext,
  path: string,
  listing: Listing,
  slice: Slice,
  deps: SyncDeps,
): Promise<SyncResult> {
  const list = new SortedListing(listing)
  const { absent } = listing
  if (list.length === 0 && !maySayAllIsGone(context.authority)) throw absent ?? nothingShown(path)
  if (slice.timeMs === 0) {
    if (!slice.from) await slice.moved({ ...beginning, total: list.length })
    return { tagCount: 0, changes: 0, hasRead: list.length > 0, isUnfinished: true }
  }
  const readAgain = (tag: string) => saveLatest(() => syncTag(context, path, tag, deps))
  await pMap(new Set(slice.tags), readAgain, { concurrency: firstTagsConcurrency })
  if (slice.tags.length > 0) await slice.readTags()
  const { position, isWhole } = await syncSlice(context, path, list, slice, { ...deps, readAgain })
  const { tagCount, changes, hasRead, denied } = position
  const nothingRead = isWhole && !hasRead ? (absent ?? (denied.length > 0 ? nothingShown(path) : undefined)) : undefined
  return {
    tagCount,
    changes,
    hasRead,
    denied,
    ...noteOf(listing),
    ...(nothingRead && { nothingRead }),
    ...(!isWhole && { isUnfinished: true }),
  }
}

const noteOf = ({ note }: Listing): Pick<SyncResult, 'note'> => (note === undefined ? {} : { note })

const isOdd = (image: ImageRecord | undefined): boolean => image?.unreadable !== undefined

const isThere = ({ goneAt }: TagRecord): boolean => goneAt === undefined

/** Reads only the tag of a hint: what it costs does not grow with the repository. */
export async function syncTag(context: SyncContext, path: string, tag: string, deps: SyncDeps): Promise<SyncResult> {
  const [observed, stored, unread] = await Promise.all([
    observeTag(deps.reader, path, tag),
    deps.store.findTag(context.repository, tag),
    deps.store.listUnreadTags(context.repository),
  ])
  const digest = observed.tags.get(tag)?.digest
  const image = digest && (await deps.store.findImage(context.repository, digest))
  const known: KnownPart = {
    complete: false,
    isOne: true,
    tags: new Map(stored ? [[tag, stored]] : []),
    images: new Map(image ? [[image.digest, image]] : []),
    unrecorded: new Set(digest && !image ? [digest] : []),
    unread: unread.filter(one => one.tag === tag),
  }
  const recorded = await recordPresent(context, path, known, observed, deps)
  // A tag that moved here, or came anew, says by that alone that its image is wanted.
  const stood = image !== undefined && stored?.digest === digest && stored?.goneAt === undefined
  const pushed = await saveAll(stood ? planPushedAgain(context, image) : [], deps)
  const tags = deniedTags(known, observed)
  const untagged = await pMap(tags, one => deps.store.findImage(context.repository, one.digest))
  const gone = await recordHinted(context, path, { tags, images: untagged.filter(one => one !== undefined) }, deps)
  const hasRead = digest !== undefined || gone.holdsAny
  const unreadChanges = await saveUnread(context, known.unread, observed, hasRead, deps.store)
  const others = pushed.length + gone.changes + unreadChanges
  const isNew = others === 0 && stored === undefined && image === undefined
  return {
    tagCount: observed.tags.size,
    changes: recorded.changes + others,
    hasRead,
    ...(digest && { digest }),
    ...(digest && isNew && pushedIn(digest, recorded, tag)),
  }
}

/** An image that is new, with the tag that came with it; nothing where it wrote over anything that was known. */
function pushedIn(
  digest: Digest,
  { images, areImagesNew }: Pick<Recorded, 'images' | 'areImagesNew'>,
  tag?: string,
): Pick<SyncResult, 'pushed'> {
  if (!areImagesNew || images.get(digest)?.unreadable !== undefined) return {}
  return { pushed: { ...(tag !== undefined && { tag }), digests: [...digestsBelow(digest, images)] } }
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
    const pushed = await saveAll(gone.changes === 0 ? planPushedAgain(context, image) : [], deps)
    return { tagCount: 0, changes: gone.changes + pushed.length, hasRead: gone.holdsAny }
  }
  const images = new Map(image ? [[digest, image]] : [])
  const unrecorded = new Set(image ? [] : [digest])
  const known: KnownPart = { complete: false, isOne: true, tags: new Map(), images, unrecorded, unread: [] }
  const observed: Observation = { tags: new Map(), gone: new Set(), unread: new Map(), untagged: [{ digest }] }
  const recorded = await recordPresent(context, path, known, observed, deps)
  const { changes } = recorded
  const isNew = image === undefined && changes > 0
  return { tagCount: 0, changes, hasRead: changes > 0, ...(isNew && pushedIn(digest, recorded)) }
}

/** Undefined where that is too much to be read at once. */
async function readKnown(
  repository: string,
  { store, mayLag }: Pick<SyncDeps, 'store' | 'mayLag'>,
): Promise<Known | undefined> {
  const lag = mayLag ? { mayLag } : {}
  const tags = await store.listTags(repository, { limit: mostInMemory + 1, ...lag })
  if (tags.length > mostInMemory || tags.filter(isThere).length > mostAtOnce) return undefined
  const [images, unread] = await Promise.all([store.listImages(repository, lag), store.listUnreadTags(repository)])
  return {
    complete: true,
    unread,
    tags: new Map(tags.map(tag => [tag.tag, tag])),
    images: new Map(images.map(image => [image.digest, image])),
  }
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
