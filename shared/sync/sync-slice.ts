import type { Digest } from '../domain/digest.ts'
import { isToPutAway } from '../domain/lifecycle/put-away.ts'
import type { ImageRecord, TagRecord, UnreadTagRecord } from '../domain/records/images.ts'
import { rememberedDenials } from '../domain/records/syncs.ts'
import { isTag } from '../domain/repository-name.ts'
import { isRegistryOutcome } from '../domain/sync-reason.ts'
import type { Store } from '../ports/store.ts'
import { putAwayGone } from '../records/put-away-gone.ts'
import { askForImages, leadsFrom, shareOfStored } from './gone-images.ts'
import { observeListed } from './observe.ts'
import { deniedTags, type SyncContext } from './plan-records.ts'
import { recordGone } from './record-gone.ts'
import { recordPresent, type SyncDeps } from './record-present.ts'
import { beginning, type Position, type Slice } from './slice.ts'
import { isPastTags, type SortedListing } from './sorted-listing.ts'
import { withTagsThatCameBack } from './tags-that-came-back.ts'
import { saveUnread } from './unread-tags.ts'

/** What is looked at together: names of the list, and the recorded tags among them. */
interface Chunk {
  readonly from: number
  readonly to: number
  /** The last name of it. */
  readonly upTo: string
  readonly known: readonly TagRecord[]
  /** Names among them that could not be read before; with the last chunk those too that can be no tags. */
  readonly unread: readonly UnreadTagRecord[]
  readonly isLast: boolean
}

interface SliceDeps extends SyncDeps {
  /** Reads one tag by itself. */
  readonly readAgain: (tag: string) => Promise<unknown>
}

const mostInChunk = 1024
/** A chunk that takes no more than this share of the time is followed by one of twice the size. */
const shareOfTime = 0.1
/** Listed names that are tried where nothing of a repository was shown yet. */
const tried = 8

/**
 * Goes through a repository in chunks from where the slice before ended, until all is done or the time is over. Neither
 * all tags nor all images are read of the store. Answers how far it came.
 *
 * @throws what ended it before it came anywhere
 */
export async function syncSlice(
  context: SyncContext,
  path: string,
  list: SortedListing,
  slice: Slice,
  deps: SliceDeps,
): Promise<{ readonly position: Position; readonly isWhole: boolean }> {
  let position: Position = { ...(slice.from ?? beginning), total: list.length }
  const isOver = () => slice.signal?.aborted === true
  const unread = await deps.store.listUnreadTags(context.repository)
  let size = slice.firstChunk
  for (let chunks = 0; chunks === 0 || !isOver(); chunks++) {
    const begunAt = slice.now().getTime()
    try {
      const part = await nextPart(context.repository, list, position.after, size, deps.store)
      const chunk = { ...part, unread: unread.filter(isWithin(position.after, part)) }
      position = await syncChunk(context, path, { list, chunk, position, isFirst: chunks === 0 }, deps)
      if (chunk.isLast) return { position, isWhole: true }
    } catch (error) {
      // What was under way when the time was over fails as whatever it was doing.
      if (chunks > 0 && isOver() && isRegistryOutcome(error)) break
      throw error
    }
    await slice.moved(position)
    size = nextSize(size, slice.now().getTime() - begunAt, slice.timeMs)
  }
  return { position, isWhole: false }
}

function nextSize(size: number, tookMs: number, timeMs: number): number {
  if (tookMs > timeMs * shareOfTime) return Math.max(1, size >> 1)
  return tookMs * 2 > timeMs * shareOfTime ? size : Math.min(mostInChunk, size * 2)
}

/** Odd names stand at no place of their own: they are looked at with the last. */
const isWithin =
  (after: string, { upTo, isLast }: Pick<Chunk, 'upTo' | 'isLast'>) =>
  ({ tag }: UnreadTagRecord): boolean =>
    isTag(tag) ? tag > after && (isLast || tag <= upTo) : isLast

/** As many names of the list, and as many known tags as stand among them; fewer names where those are too many. */
async function nextPart(
  repository: string,
  list: SortedListing,
  after: string,
  size: number,
  store: Store,
): Promise<Omit<Chunk, 'unread'>> {
  const from = after === '' ? 0 : list.upTo(after)
  const to = Math.min(from + size, list.length)
  const end = to === list.length ? undefined : list.nameAt(to - 1)
  const limit = 2 * size
  const range = { after, ...(end !== undefined && { upTo: end }), limit }
  const known = isPastTags(after) ? [] : await store.listTags(repository, range)
  const last = known.at(-1)?.tag ?? ''
  if (known.length === limit) return { from, to: list.upTo(last), upTo: last, known, isLast: false }
  return { from, to, upTo: end ?? '', known, isLast: end === undefined }
}

interface Looking {
  readonly list: SortedListing
  readonly chunk: Chunk
  readonly position: Position
  /** Of the slice: a share of the images without a tag is asked for too. */
  readonly isFirst: boolean
}

async function syncChunk(
  context: SyncContext,
  path: string,
  { list, chunk, position, isFirst }: Looking,
  deps: SliceDeps,
): Promise<Position> {
  const { from, to, upTo } = chunk
  const overtaken = new Set<string>()
  const { store } = deps
  const yielding = { ...deps, overtaken: (tag?: string) => void (tag !== undefined && overtaken.add(tag)) }
  const current = chunk.known.filter(tag => tag.goneAt === undefined).map(tag => tag.tag)
  const unread = chunk.unread.map(one => one.tag).filter(isTag)
  const part = { tags: list.tags(from, to), unreadable: chunk.isLast ? list.unreadable : [] }
  const recorded = new Set([...chunk.known, ...chunk.unread].map(one => one.tag))
  const names = { known: [...new Set([...current, ...unread])], recorded }
  const listed = await observeListed(deps, path, part, names)
  const { described } = list
  const seen = {
    ...listed,
    untagged: list.untagged(from, to),
    isListed: (name: string) => list.has(name),
    ...(described && { described }),
  }
  const known = await knownPart(context.repository, chunk, seen, store)
  const { changes, images, observed } = await recordPresent(context, path, known, seen, yielding)
  const tags = deniedTags(known, observed)
  const others = isFirst ? await shareOfStored(context.repository, store) : []
  const isShown = (image: ImageRecord) => images.has(image.digest)
  const lost = await leadsFrom(
    context.repository,
    tags.map(tag => tag.digest),
    store,
  )
  const asked = await askForImages(
    deps.reader,
    path,
    [...lost, ...others].filter(image => !isShown(image)),
  )
  const hasRead =
    position.hasRead ||
    observed.tags.size + observed.untagged.length > 0 ||
    asked.holdsAny ||
    (tags.length + asked.denied.length > 0 && (await showsAnother(path, list, to, deps)))
  const gone = await recordGone(context, { tags, images: asked.denied }, hasRead, yielding)
  const unreadChanges = await saveUnread(context, chunk.unread, observed, hasRead, store)
  await putAway(context, chunk, others, store)
  // A sync of hours does not begin anew for a hint.
  for (const tag of overtaken) await deps.readAgain(tag)
  const ended = new Set(gone.tags.map(one => one.tag))
  const denied = tags.map(one => one.tag).filter(tag => !ended.has(tag))
  return {
    after: upTo,
    done: to,
    total: list.length,
    tagCount: position.tagCount + observed.tags.size + denied.length,
    changes: position.changes + changes + gone.tags.length + gone.images.length + unreadChanges,
    hasRead,
    denied: [...position.denied, ...denied].slice(0, rememberedDenials),
  }
}

/** Of tags with the images that they were on; of images without a tag, a share with each sync. */
async function putAway(
  { repository, now }: SyncContext,
  { known }: Chunk,
  share: readonly ImageRecord[],
  store: Store,
): Promise<void> {
  const tags = known.filter(tag => isToPutAway(tag, now))
  const images = await leadsFrom(
    repository,
    tags.map(tag => tag.digest),
    store,
  )
  await putAwayGone(
    { tags, images: [...new Map([...share, ...images].map(one => [one.digest, one])).values()] },
    now,
    store,
  )
}

/** The images of the chunk in few reads, since one for each of a million tags would take hours. */
async function knownPart(
  repository: string,
  { known, unread }: Chunk,
  {
    tags,
    untagged,
  }: { readonly tags: ReadonlyMap<string, { digest: Digest }>; readonly untagged: readonly { digest: Digest }[] },
  store: Store,
) {
  const wanted = new Set([...tags.values(), ...untagged].map(one => one.digest))
  const images = new Map((await store.findImages(repository, [...wanted])).map(image => [image.digest, image]))
  return {
    complete: false,
    unread,
    tags: await withTagsThatCameBack(repository, new Map(known.map(tag => [tag.tag, tag])), { tags }, store),
    images,
    unrecorded: new Set([...wanted].filter(digest => !images.has(digest))),
  }
}

/** Tries some of the names after the chunk until one can be read: the denials are then about the denied names alone. */
async function showsAnother(path: string, list: SortedListing, from: number, { reader }: SyncDeps): Promise<boolean> {
  if (list.untagged(from, list.length).length > 0) return true
  const names = list.tags(from, list.length)
  const step = Math.max(1, Math.floor(names.length / tried))
  for (let place = 0; place < names.length; place += step) {
    const tag = names[place]
    if (tag?.digest !== undefined || (tag && typeof (await reader.findTag(path, tag.tag)) === 'string')) return true
  }
  return false
}
