import pFilter from 'p-filter'
import pMap from 'p-map'
import type { Digest } from '../domain/digest.ts'
import { isPassedOver } from '../domain/sync-reason.ts'
import type { UnavailableError } from '../errors.ts'
import type { ImageConfig, Manifest, RegistryReader, UnreadableManifest } from '../ports/registry.ts'
import type { ReadDeps } from './observe.ts'
import { Tolerance } from './tolerance.ts'

/** A manifest with what its config says. */
export interface DescribedImage {
  readonly manifest: Manifest | UnreadableManifest
  readonly config: ImageConfig | undefined
}

/** One that was not known before. */
export interface FoundImage extends DescribedImage {
  /** How many steps led to it from what was wanted: to be recorded before what is nearer, which is not read again. */
  readonly depth: number
}

export interface ReadImages {
  readonly found: ReadonlyMap<Digest, FoundImage>
  /** What the registry failed to hand out, and what leads to that: recorded now, it would never be read whole. */
  readonly failed: ReadonlyMap<Digest, UnavailableError>
}

/** What is wanted. */
interface Wanted {
  readonly digest: Digest
  /** Why the registry would not hand it out. */
  readonly unreadable?: string
}

export interface Reading {
  readonly isKnown: (digest: Digest) => Promise<boolean>
  /** Answers of the same sync before this: single failures count for nothing beside them. Absent: every failure throws. */
  readonly answers?: number
}

const concurrency = 8

/**
 * Reads the manifests of `wanted` and of everything they lead to that is not known yet: children of indexes and
 * referrers, through any depth, each digest once. A child that the registry does not hold (a sparse index) is left out.
 */
export async function readImages(
  { reader, signal }: ReadDeps,
  path: string,
  wanted: readonly Wanted[],
  { isKnown, answers }: Reading,
): Promise<ReadImages> {
  const heldBack = new Map(wanted.flatMap(({ digest, unreadable }) => (unreadable ? [[digest, unreadable]] : [])))
  const tolerance = new Tolerance(signal)
  const leads = new Map<Digest, readonly Digest[]>()
  const found = new Map<Digest, FoundImage>()
  const failed = new Map<Digest, UnavailableError>()
  const seen = new Set<Digest>()
  const unknown = (digests: Iterable<Digest>) =>
    pFilter(new Set([...digests].filter(digest => !seen.has(digest))), async digest => !(await isKnown(digest)), {
      concurrency,
    })
  const readOne = async (digest: Digest) => ({
    digest,
    read: await tolerance.attempt(() => readImage(reader, path, digest, heldBack.get(digest))),
  })
  let frontier = await unknown(wanted.map(one => one.digest))
  for (let depth = 0; frontier.length > 0; depth++) {
    for (const digest of frontier) seen.add(digest)
    for (const { digest, read } of await pMap(frontier, readOne, { concurrency })) {
      if ('failure' in read && answers === undefined) throw read.failure
      if ('failure' in read) failed.set(digest, read.failure)
      else if (read.value) {
        const { leadsTo, ...image } = read.value
        found.set(digest, { ...image, depth })
        leads.set(digest, leadsTo)
      }
    }
    frontier = await unknown(frontier.flatMap(digest => leads.get(digest) ?? []))
  }
  tolerance.end(answers)
  failAbove(failed, leads)
  for (const digest of failed.keys()) found.delete(digest)
  return { found, failed }
}

/** What leads to something that failed is left for the next sync with it. */
function failAbove(failed: Map<Digest, UnavailableError>, leads: ReadonlyMap<Digest, readonly Digest[]>): void {
  if (failed.size === 0) return
  const above = new Map<Digest, Digest[]>()
  for (const [digest, leadsTo] of leads)
    for (const next of leadsTo) above.set(next, [...(above.get(next) ?? []), digest])
  // A map hands out what is added to it while it is gone through.
  for (const [digest, failure] of failed)
    for (const next of above.get(digest) ?? []) if (!failed.has(next)) failed.set(next, failure)
}

async function readImage(reader: RegistryReader, path: string, digest: Digest, unreadable: string | undefined) {
  const manifest = unreadable === undefined ? await reader.findManifest(path, digest) : { digest, unreadable }
  if (!manifest) return undefined
  if ('unreadable' in manifest) return { manifest, config: undefined, leadsTo: [] }
  const [config, referrers] = await Promise.all([
    manifest.config === undefined ? undefined : findConfig(reader, path, manifest.config),
    reader.listReferrers(path, digest, { failuresAreNone: true }),
  ])
  return { manifest, config, leadsTo: [...(manifest.children ?? []), ...referrers.map(referrer => referrer.digest)] }
}

/** A config informs and decides nothing: one that cannot be had tells nothing. */
async function findConfig(reader: RegistryReader, path: string, digest: Digest): Promise<ImageConfig | undefined> {
  try {
    return await reader.findConfig(path, digest)
  } catch (error) {
    if (isPassedOver(error)) return undefined
    throw error
  }
}
