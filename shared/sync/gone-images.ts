import { randomBytes } from 'node:crypto'
import pMap from 'p-map'
import type { Digest } from '../domain/digest.ts'
import { hashNumber } from '../domain/hash-number.ts'
import type { ImageRecord } from '../domain/records/images.ts'
import { isRegistryOutcome } from '../domain/sync-reason.ts'
import type { RegistryReader } from '../ports/registry.ts'
import type { Store } from '../ports/store.ts'
import type { Observation } from './observe.ts'

/**
 * Images asked for by one sync beside those that lost a tag. Repositories that keep ten thousand old builds without a
 * tag are looked through in the course of many syncs.
 */
const shareOfOneSync = 100
const concurrency = 32

/**
 * Recorded images that the registry shows under no tag and to which nothing leads that it does show: they may be there
 * or not. Those that lost a tag just now, with the images related to them, and a share of the others.
 */
export function possiblyGoneOf(
  recorded: Iterable<ImageRecord>,
  observed: Observation,
  untagged: readonly Digest[],
  now: Date,
): ImageRecord[] {
  const related = new RelatedImages([...recorded].filter(image => image.goneAt === undefined))
  const listed = [...observed.tags.values(), ...observed.untagged].map(one => one.digest)
  const shown = related.reachedFrom(listed)
  const unshown = related.images.filter(({ digest }) => !shown.has(digest))
  if (unshown.length === 0) return []
  const fresh = related.reachedFrom(untagged)
  const others = unshown.filter(image => !fresh.has(image.digest))
  return [...unshown.filter(image => fresh.has(image.digest)), ...shareOf(others, now)]
}

/** A beginning that differs from sync to sync gives each its turn, without a write to remember whose it is. */
function shareOf(images: readonly ImageRecord[], now: Date): readonly ImageRecord[] {
  if (images.length <= shareOfOneSync) return images
  const begin = hashNumber(now.toISOString()) % images.length
  return [...images, ...images].slice(begin, begin + shareOfOneSync)
}

/** Where not all are in memory: a share of all that are recorded, from wherever it begins. */
export const shareOfStored = (repository: string, store: Pick<Store, 'listImages'>): Promise<readonly ImageRecord[]> =>
  store.listImages(repository, { after: `sha256:${randomBytes(8).toString('hex')}`, limit: shareOfOneSync })

/** The recorded images of the digests with all that those lead to, through any depth. */
export async function leadsFrom(
  repository: string,
  digests: readonly Digest[],
  store: Pick<Store, 'findImages'>,
): Promise<ImageRecord[]> {
  const reached = new Map<Digest, ImageRecord>()
  for (let next: readonly Digest[] = [...new Set(digests)]; next.length > 0; ) {
    const found = await store.findImages(repository, next)
    for (const image of found) reached.set(image.digest, image)
    next = [...new Set(found.flatMap(image => image.children ?? []))].filter(digest => !reached.has(digest))
  }
  return [...reached.values()]
}

/** How images lead to each other: an index to its children, a subject to its referrers. */
class RelatedImages {
  readonly images: readonly ImageRecord[]
  readonly #byDigest: ReadonlyMap<Digest, ImageRecord>
  readonly #about: ReadonlyMap<Digest | undefined, readonly ImageRecord[]>
  constructor(images: readonly ImageRecord[]) {
    this.images = images
    this.#byDigest = new Map(images.map(image => [image.digest, image]))
    this.#about = Map.groupBy(images, image => image.subject)
  }

  reachedFrom(digests: readonly Digest[]): ReadonlySet<Digest> {
    const reached = new Set(digests)
    // A set also hands out what is added to it during the iteration.
    for (const digest of reached) {
      const image = this.#byDigest.get(digest)
      // A child that is not there any more shows nothing of what is about it.
      if (!image) continue
      for (const child of image.children ?? []) reached.add(child)
      for (const referrer of this.#about.get(digest) ?? []) reached.add(referrer.digest)
    }
    return reached
  }
}

/** What the registry said of images that were asked for by their digest. */
export interface Asked {
  /** No other answer, nor a failure, proves anything gone. */
  readonly denied: readonly ImageRecord[]
  /** It holds one of them at least. */
  readonly holdsAny: boolean
}

/** A sweep that has begun with an image says itself how that ended: it is not asked for. */
export async function askForImages(
  reader: RegistryReader,
  path: string,
  suspects: readonly ImageRecord[],
): Promise<Asked> {
  const ours = suspects.filter(({ goneAt, deletion }) => goneAt === undefined && deletion === undefined)
  const ask = async (image: ImageRecord) => ({ image, isHeld: await isHeld(reader, path, image.digest) })
  const answers = await pMap(ours, ask, { concurrency })
  return {
    denied: answers.flatMap(({ image, isHeld }) => (isHeld === false ? [image] : [])),
    holdsAny: answers.some(answer => answer.isHeld === true),
  }
}

/** Undefined where the registry failed. */
async function isHeld(reader: RegistryReader, path: string, digest: Digest): Promise<boolean | undefined> {
  try {
    return await reader.hasManifest(path, digest)
  } catch (error) {
    if (!isRegistryOutcome(error)) throw error
    return undefined
  }
}
