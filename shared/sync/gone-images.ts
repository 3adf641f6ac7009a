import { createHash } from 'node:crypto'
import pFilter from 'p-filter'
import type { Digest } from '../domain/digest.ts'
import type { ImageRecord } from '../domain/records.ts'
import { isRegistryOutcome } from '../domain/sync-reason.ts'
import type { RegistryReader } from '../ports/registry.ts'
import type { Observation } from './observe.ts'

/**
 * Images asked for by one sync beside those that lost a tag. Repositories that keep ten thousand old builds without a
 * tag are looked through in the course of many syncs.
 */
const shareOfOneSync = 100
const concurrency = 32

/**
 * Recorded images that the registry shows under no tag and to which nothing leads that it does show: they may be there
 * or not. What lost a tag just now, with its kin, and a share of the others.
 */
export function suspectsOf(
  recorded: Iterable<ImageRecord>,
  observed: Observation,
  untagged: readonly Digest[],
  now: Date,
): ImageRecord[] {
  const kin = new Kin([...recorded].filter(image => image.goneAt === undefined))
  const listed = [...observed.tags.values(), ...observed.untagged].map(one => one.digest)
  const standing = kin.reachedFrom(listed)
  const loose = kin.images.filter(({ digest }) => !standing.has(digest))
  if (loose.length === 0) return []
  const fresh = kin.reachedFrom(untagged)
  const others = loose.filter(image => !fresh.has(image.digest))
  return [...loose.filter(image => fresh.has(image.digest)), ...shareOf(others, now)]
}

/** A beginning that differs from sync to sync gives each its turn, without a write to remember whose it is. */
function shareOf(images: readonly ImageRecord[], now: Date): readonly ImageRecord[] {
  if (images.length <= shareOfOneSync) return images
  const begin = createHash('sha256').update(now.toISOString()).digest().readUInt32BE() % images.length
  return [...images, ...images].slice(begin, begin + shareOfOneSync)
}

/** How images lead to each other: an index to its children, a subject to its referrers. */
class Kin {
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
    // A set hands out what is added to it while it is gone through.
    for (const digest of reached) {
      for (const child of this.#byDigest.get(digest)?.children ?? []) reached.add(child)
      for (const referrer of this.#about.get(digest) ?? []) reached.add(referrer.digest)
    }
    return reached
  }
}

/**
 * Those of the images whose digest the registry denies. No other answer, nor a failure, proves anything gone. A
 * sweep that has begun with an image says itself how that ended.
 */
export function findGoneImages(
  reader: RegistryReader,
  path: string,
  suspects: readonly ImageRecord[],
): Promise<ImageRecord[]> {
  const ours = suspects.filter(({ goneAt, deletion }) => goneAt === undefined && deletion === undefined)
  return pFilter(ours, ({ digest }) => isDenied(reader, path, digest), { concurrency })
}

async function isDenied(reader: RegistryReader, path: string, digest: Digest): Promise<boolean> {
  try {
    return !(await reader.hasManifest(path, digest))
  } catch (error) {
    if (!isRegistryOutcome(error)) throw error
    return false
  }
}
