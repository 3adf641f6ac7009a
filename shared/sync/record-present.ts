import { isDeepStrictEqual } from 'node:util'
import pMap from 'p-map'
import type { Digest } from '../domain/digest.ts'
import type { Transition } from '../domain/lifecycle/transition.ts'
import type { ImageRecord, TagRecord } from '../domain/records/images.ts'
import type { Store } from '../ports/store.ts'
import { announceChanges, saveTransition } from '../records/save-image.ts'
import { saveOrYield } from '../records/save-latest.ts'
import { type Observation, type ReadDeps, withoutFailed } from './observe.ts'
import { type Known, planImages, planTags, type SyncContext, type TagChange } from './plan-records.ts'
import { isBackFromArchive, isDayToReadAgain, isToReadAgain, planListed } from './plan-refresh.ts'
import { readImages, type Wanted } from './read-images.ts'

export interface SyncDeps extends ReadDeps {
  readonly store: Store
  /**
   * What is recorded of a whole repository is read as of a moment ago, which costs half: whoever writes over what has
   * changed since then fails, and reads all anew as it is.
   */
  readonly mayLag?: true | undefined
  /**
   * Called with the tag where another writer came first, a hint as a rule, whose record is kept. Absent: it throws, and
   * all is read anew.
   */
  readonly overtaken?: ((tag?: string) => void) | undefined
}

/** What is recorded of the part that is looked at. */
export interface KnownPart extends Known {
  /** Images that were looked for and are not recorded: the store is not asked again. */
  readonly unrecorded?: ReadonlySet<Digest>
  /** One tag or one image was looked at, which was read or not; beside many, single failures do not count. */
  readonly isOne?: true
}

const writeConcurrency = 16

export interface Recorded {
  readonly changes: number
  /** Of those what came, came back or moved; not what was pulled, or read again. */
  readonly news: number
  readonly images: Map<Digest, ImageRecord>
  /** No image that was recorded before was written over. */
  readonly areImagesNew: boolean
  /** What was seen, without what the registry failed to hand out. */
  readonly observed: Observation
}

/** What was written of what is there, and the images of the repository as far as they are known now. */
export async function recordPresent(
  context: SyncContext,
  path: string,
  known: KnownPart,
  seen: Observation,
  deps: SyncDeps,
): Promise<Recorded> {
  const images = new Map(known.images)
  const listed = new Map([...seen.tags.values(), ...seen.untagged].map(one => [one.digest, one]))
  const isKnown = (digest: Digest) => {
    const image = images.get(digest)
    if (image === undefined || image.goneAt !== undefined) return false
    return !isToReadAgain(image, context) && !isBackFromArchive(image, listed.get(digest))
  }
  const unknownOf = async (digests: readonly Digest[]) => {
    const missing = digests.filter(digest => !images.has(digest))
    for (const image of await findBefore(context.repository, missing, known, deps.store))
      images.set(image.digest, image)
    return digests.filter(digest => !isKnown(digest))
  }
  const { isListed, manifests, described } = seen
  const answers = known.isOne ? {} : { answers: seen.tags.size }
  const reading = {
    unknownOf,
    ...answers,
    ...(isListed && { isListed }),
    ...(manifests && { manifests }),
    ...(described && { described }),
  }
  const wanted = [...seen.tags.values(), ...seen.untagged, ...toReadAgain(known, context), ...namedAnew(known, seen)]
  const { found, failed } = await readImages(deps, path, wanted, reading)
  const observed = withoutFailed(seen, failed)
  const usage = found.size > 0 ? await deps.store.listUsage(context.repository) : []
  const imageChanges = [
    ...planImages(context, { ...known, images }, observed, found, usage),
    ...planListed(context, images, observed).filter(({ draft }) => !found.has(draft.digest)),
  ]
  const depthOf = ({ draft }: Transition) => found.get(draft.digest)?.depth ?? 0
  const tagChanges = planTags(context, known, observed)
  // What is known is not read again, so that what it leads to must be recorded before it.
  for (const [, changes] of [...Map.groupBy(imageChanges, depthOf)].sort(([a], [b]) => b - a))
    for (const image of await saveAll(changes, deps)) images.set(image.digest, image)
  await saveTagChanges(tagChanges, deps)
  const changes = imageChanges.length + tagChanges.length
  const areImagesNew = imageChanges.every(({ previous }) => previous === undefined)
  return { changes, news: changes - imageChanges.filter(isRefresh).length, images, areImagesNew, observed }
}

/** Beside all that are listed stands only what was put away. */
async function findBefore(
  repository: string,
  digests: readonly Digest[],
  { complete, unrecorded }: KnownPart,
  store: Pick<Store, 'findImages' | 'findGoneImages'>,
): Promise<readonly ImageRecord[]> {
  const asked = digests.filter(digest => !unrecorded?.has(digest))
  if (asked.length === 0) return []
  return complete ? store.findGoneImages(repository, asked) : store.findImages(repository, asked)
}

const isRefresh = ({ draft }: Transition): boolean => draft.change.action === 'image-refreshed'

/**
 * Images that could not be read and have lost their tags, since each may keep others for as long as it is not known
 * what it is; and children of indexes that were not there.
 */
function toReadAgain({ complete, images }: KnownPart, context: SyncContext): Wanted[] {
  if (!complete) return []
  const present = [...images.values()].filter(image => image.goneAt === undefined)
  const odd = present.filter(image => isToReadAgain(image, context)).map(({ digest }) => digest)
  return [...odd, ...missingChildren(present).filter(digest => isDayToReadAgain(digest, context))].map(asGuess)
}

/** Children that the registry did not hold when their index was read: of a sparse index, or while it failed. */
function missingChildren(present: readonly ImageRecord[]): Digest[] {
  const known = new Set(present.map(image => image.digest))
  const children = new Set(present.flatMap(image => image.children ?? []))
  return [...children].filter(digest => !known.has(digest))
}

const asGuess = (digest: Digest): Wanted => ({ digest, isGuess: true })

/**
 * What tags name that cannot be read, where their records do not say so yet: good indexes may be among it, which keep
 * what is below them.
 */
function namedAnew({ unread: stored }: Known, { unread }: Observation): Wanted[] {
  const before = new Map(stored.map(record => [record.tag, record]))
  return [...unread].flatMap(([tag, { mayReferTo = [] }]) => {
    const { mayReferTo: known = [], isFailure } = before.get(tag) ?? {}
    const isRead = isFailure === undefined && isDeepStrictEqual(known, mayReferTo)
    return isRead ? [] : mayReferTo.map(asGuess)
  })
}

export async function saveAll(
  transitions: readonly Transition[],
  { store, overtaken }: Pick<SyncDeps, 'store' | 'overtaken'>,
): Promise<ImageRecord[]> {
  await announceChanges(transitions, store)
  const save = (one: Transition) => saveOrYield(() => saveTransition(one, store), overtaken && (() => overtaken()))
  return pMap(transitions, save, { concurrency: writeConcurrency })
}

export async function saveTagChanges(
  changes: readonly TagChange[],
  { store, overtaken }: Pick<SyncDeps, 'store' | 'overtaken'>,
): Promise<TagRecord[]> {
  await announceChanges(changes, store)
  const save = ({ draft, previous }: TagChange) =>
    saveOrYield(() => store.saveTag(draft, previous), overtaken && (() => overtaken(draft.tag)))
  return pMap(changes, save, { concurrency: writeConcurrency })
}
