import pMap from 'p-map'
import type { Digest } from '../domain/digest.ts'
import type { Transition } from '../domain/lifecycle/transition.ts'
import type { ImageRecord, TagRecord } from '../domain/records.ts'
import { storedBytesOf } from '../domain/stored-blobs.ts'
import type { RegistryReader } from '../ports/registry.ts'
import type { Store } from '../ports/store.ts'
import { saveTransition } from '../records/save-image.ts'
import { findGoneImages, suspectsOf } from './gone-images.ts'
import { type Observation, observeOrAbsent, observeTag } from './observe.ts'
import { type Known, planGone, planImages, planTags, type SyncContext } from './plan-records.ts'
import { planPulls, planPushedAgain } from './plan-refresh.ts'
import { readImages } from './read-images.ts'

export interface SyncDeps {
  readonly store: Store
  readonly reader: RegistryReader
}

export interface SyncResult {
  readonly tagCount: number
  readonly changes: number
  /** Bytes of the distinct configs and layers of the repository; absent where only a part of it was read. */
  readonly storedBytes?: number
  /** Where the one tag that was read points; absent where the registry denied it, and where more was read. */
  readonly digest?: Digest
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
  const observed = await observeOrAbsent(deps.reader, path, current)
  const { changes, images } = await record(context, path, known, observed, deps)
  const untagged = untaggedBy(observed, known.tags)
  const gone = await recordGone(context, path, suspectsOf(images.values(), observed, untagged, context.now), deps)
  for (const image of gone) images.set(image.digest, image)
  const present = [...images.values()].filter(image => image.goneAt === undefined)
  return { tagCount: observed.tags.size, changes: changes + gone.length, storedBytes: storedBytesOf(present) }
}

/** Reads only the tag of a hint: what it costs does not grow with the repository. */
export async function syncTag(context: SyncContext, path: string, tag: string, deps: SyncDeps): Promise<SyncResult> {
  const [observed, stored] = await Promise.all([
    observeTag(deps.reader, path, tag),
    deps.store.findTag(context.repository, tag),
  ])
  const digest = observed.tags.get(tag)?.digest
  const image = digest && (await deps.store.findImage(context.repository, digest))
  const known: Known = {
    complete: false,
    tags: new Map(stored ? [[tag, stored]] : []),
    images: new Map(image ? [[image.digest, image]] : []),
  }
  const { changes } = await record(context, path, known, observed, deps)
  // A tag that moved here, or came anew, says by that alone that its image is wanted.
  const stood = image !== undefined && stored?.digest === digest && stored?.goneAt === undefined
  const pushed = await save(stood ? planPushedAgain(context, image) : [], deps.store)
  const untagged = await pMap(untaggedBy(observed, known.tags), one => deps.store.findImage(context.repository, one))
  const gone = await recordGone(context, path, untagged, deps)
  const total = changes + pushed.length + gone.length
  return { tagCount: observed.tags.size, changes: total, ...(digest && { digest }) }
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
    const gone = await recordGone(context, path, [image], deps)
    const pushed = await save(gone.length === 0 ? planPushedAgain(context, image) : [], deps.store)
    return { tagCount: 0, changes: gone.length + pushed.length }
  }
  const known: Known = { complete: false, tags: new Map(), images: new Map(image ? [[digest, image]] : []) }
  const observed: Observation = { tags: new Map(), gone: new Set(), untagged: [{ digest }] }
  const { changes } = await record(context, path, known, observed, deps)
  return { tagCount: 0, changes }
}

async function readKnown(repository: string, store: Store): Promise<Known> {
  const [tags, images] = await Promise.all([store.listTags(repository), store.listImages(repository)])
  return {
    complete: true,
    tags: new Map(tags.map(tag => [tag.tag, tag])),
    images: new Map(images.map(image => [image.digest, image])),
  }
}

/** What was written, and the images of the repository as far as they are known now. */
async function record(context: SyncContext, path: string, known: Known, observed: Observation, deps: SyncDeps) {
  const wanted = [...observed.tags.values(), ...observed.untagged].map(one => one.digest)
  const images = new Map(known.images)
  const found = await readImages(deps.reader, path, wanted, async digest => {
    const image =
      images.get(digest) ?? (known.complete ? undefined : await deps.store.findImage(context.repository, digest))
    if (image) images.set(digest, image)
    return image !== undefined && image.goneAt === undefined
  })
  const usage = found.size > 0 ? await deps.store.listUsage(context.repository) : []
  const imageChanges = [
    ...planImages(context, { ...known, images }, observed, found, usage),
    ...planPulls(context, images, observed),
  ]
  const depthOf = ({ draft }: Transition) => found.get(draft.digest)?.depth ?? 0
  const tagChanges = planTags(context, known, observed)
  // What is known is not read again, so that what it leads to must be recorded before it.
  for (const [, changes] of [...Map.groupBy(imageChanges, depthOf)].sort(([a], [b]) => b - a))
    for (const image of await save(changes, deps.store)) images.set(image.digest, image)
  await pMap(tagChanges, change => deps.store.saveTag(change.draft, change.previous), { concurrency: writeConcurrency })
  return { changes: imageChanges.length + tagChanges.length, images }
}

/** What the tags that the registry denied pointed at. */
const untaggedBy = ({ gone }: Observation, known: ReadonlyMap<string, TagRecord>): Digest[] =>
  [...gone].flatMap(tag => {
    const previous = known.get(tag)
    return previous && previous.goneAt === undefined ? [previous.digest] : []
  })

/** Asks for each of the images by its digest, and records those that the registry denies. */
async function recordGone(
  context: SyncContext,
  path: string,
  suspects: readonly (ImageRecord | undefined)[],
  { store, reader }: SyncDeps,
): Promise<ImageRecord[]> {
  const known = suspects.filter(image => image !== undefined)
  const denied = await findGoneImages(reader, path, known)
  const usage = denied.length > 0 ? await store.listUsage(context.repository) : []
  return save(planGone(context, denied, usage), store)
}

const save = (transitions: readonly Transition[], store: Store): Promise<ImageRecord[]> =>
  pMap(transitions, one => saveTransition(one, store), { concurrency: writeConcurrency })
