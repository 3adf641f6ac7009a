import pMap from 'p-map'
import type { Digest } from '../domain/digest.ts'
import { referrersTag } from '../domain/retention/versions/tag-kind.ts'
import { isPassedOver } from '../domain/sync-reason.ts'
import { AccessDeniedError, type UnavailableError } from '../errors.ts'
import type {
  DescribedManifest,
  ImageConfig,
  Referrer,
  RegistryReader,
  RepositoryListing,
  UnreadableManifest,
} from '../ports/registry.ts'
import type { ReadDeps, ReadManifest } from './observe.ts'
import { attemptGuess, Tolerance } from './tolerance.ts'

/** A manifest with what its config says. */
export interface DescribedImage {
  readonly manifest: ReadManifest | UnreadableManifest
  readonly config: ImageConfig | undefined
  /** The registry counted the read as a pull. */
  readonly isPull?: true
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
export interface Wanted {
  readonly digest: Digest
  /** Why the registry would not hand it out. */
  readonly unreadable?: string
  /**
   * Named by bytes that could not be parsed, which may mean a layer or nothing: its failures say nothing about the
   * registry.
   */
  readonly isGuess?: true
}

export interface Reading {
  /** Those of them that are to be read; each is asked about once. */
  readonly unknownOf: (digests: readonly Digest[]) => Promise<readonly Digest[]>
  /**
   * Answers of the same sync before this: single failures count for nothing beside them. Absent: every failure throws that
   * is not of a guess.
   */
  readonly answers?: number
  /** Of the names that the repository has; absent where they are not known. */
  readonly isListed?: (name: string) => boolean
  /** Those that were read already: each is taken out as its turn comes. */
  readonly manifests?: Map<Digest, ReadManifest>
  /** What the registry said of manifests by itself: these are not read. */
  readonly described?: RepositoryListing['described']
}

const concurrency = 32
/** So many alone at first: the others are not asked for what the registry then is known not to have. */
const atFirst = 8

/**
 * Reads the manifests of `wanted` and of everything they lead to that is not known yet: children of indexes and
 * referrers, through any depth, each digest once. What cannot be read leads to whatever it may refer to, since a good
 * index may be among that. A digest that the registry holds no manifest of (of a sparse index, or a layer) is left out.
 */
export async function readImages(
  { reader, signal }: ReadDeps,
  path: string,
  wanted: readonly Wanted[],
  { unknownOf, answers, isListed, manifests = new Map(), described = new Map() }: Reading,
): Promise<ReadImages> {
  const hasTag = isListed ?? (() => true)
  const asking = new Asking({ reader, path, hasTag, manifests, described }, wanted, signal)
  const leads = new Map<Digest, readonly Digest[]>()
  const found = new Map<Digest, FoundImage>()
  const failed = new Map<Digest, UnavailableError>()
  const seen = new Set<Digest>()
  const unknown = (digests: readonly Digest[]) => unknownOf([...new Set(digests.filter(digest => !seen.has(digest)))])
  let frontier = await unknown(wanted.map(one => one.digest))
  for (let depth = 0; frontier.length > 0; depth++) {
    for (const digest of frontier) seen.add(digest)
    for (const { digest, read, isGuess } of await asking.askAll(frontier)) {
      if ('failure' in read && answers === undefined && !isGuess) throw read.failure
      if ('failure' in read) failed.set(digest, read.failure)
      else if (read.value) {
        const { leadsTo, ...image } = read.value
        found.set(digest, { ...image, depth })
        leads.set(digest, leadsTo)
      }
    }
    frontier = await unknown(frontier.flatMap(digest => leads.get(digest) ?? []))
  }
  asking.end(answers)
  failAbove(failed, leads)
  for (const digest of failed.keys()) found.delete(digest)
  return { found, failed }
}

/** Asks for one digest after the other, and knows which of them are guesses. */
class Asking {
  readonly #read: (digest: Digest) => ReturnType<typeof readImage>
  readonly #tolerance: Tolerance
  readonly #signal: AbortSignal | undefined
  readonly #wanted: ReadonlySet<Digest>
  readonly #sure: Set<Digest>

  constructor(from: Place, wanted: readonly Wanted[], signal: AbortSignal | undefined) {
    const heldBack = new Map(wanted.map(({ digest, unreadable }) => [digest, unreadable]))
    this.#read = digest => readImage(from, digest, heldBack.get(digest))
    this.#tolerance = new Tolerance(signal)
    this.#signal = signal
    this.#wanted = new Set(wanted.map(({ digest }) => digest))
    this.#sure = new Set(wanted.flatMap(({ digest, isGuess }) => (isGuess ? [] : [digest])))
  }

  async askAll(digests: readonly Digest[]) {
    const ask = (some: readonly Digest[]) => pMap(some, digest => this.#ask(digest), { concurrency })
    const first = await ask(digests.slice(0, atFirst))
    return [...first, ...(await ask(digests.slice(atFirst)))]
  }

  async #ask(digest: Digest) {
    const isGuess = !this.#sure.has(digest)
    // What a tag is on that may not be read is a right that is missing; what it leads to concerns that one image alone.
    const ask = () => (isGuess || !this.#wanted.has(digest) ? orDenied(digest, this.#read) : this.#read(digest))
    const read = isGuess ? await attemptGuess(ask, this.#signal) : await this.#tolerance.attempt(ask)
    if ('value' in read && read.value && !('unreadable' in read.value.manifest))
      for (const next of read.value.leadsTo) this.#sure.add(next)
    return { digest, read, isGuess }
  }

  end(answers: number | undefined): void {
    this.#tolerance.end(answers)
  }
}

/** What leads to something that failed is left for the next sync with it. */
function failAbove(failed: Map<Digest, UnavailableError>, leads: ReadonlyMap<Digest, readonly Digest[]>): void {
  if (failed.size === 0) return
  const above = new Map<Digest, Digest[]>()
  for (const [digest, leadsTo] of leads)
    for (const next of leadsTo) above.set(next, [...(above.get(next) ?? []), digest])
  // A map also hands out what is added to it during the iteration.
  for (const [digest, failure] of failed)
    for (const next of above.get(digest) ?? []) if (!failed.has(next)) failed.set(next, failure)
}

/** A repository, and which tags it may have. */
interface Place {
  readonly reader: RegistryReader
  readonly path: string
  readonly hasTag: (name: string) => boolean
  readonly manifests: Map<Digest, ReadManifest>
  readonly described: NonNullable<RepositoryListing['described']>
}

type LeadingImage = DescribedImage & { readonly leadsTo: readonly Digest[] }

async function readImage(place: Place, digest: Digest, unreadable?: string): Promise<LeadingImage | undefined> {
  const { reader, path, hasTag, described } = place
  if (unreadable === undefined && (described.has(digest) || reader.describeManifest)) {
    const told = described.get(digest) ?? (await reader.describeManifest?.(path, digest))
    if (told !== 'untold') return told && leadingImage(told)
  }
  const manifest = unreadable === undefined ? await findManifest(place, digest) : { digest, unreadable }
  if (!manifest) return undefined
  const isRead = !('unreadable' in manifest)
  const [config, referrers] = await Promise.all([
    isRead && manifest.config !== undefined ? findConfig(reader, path, manifest.config) : undefined,
    reader.listReferrers(path, digest, { isBestEffort: true, hasReferrersTag: hasTag(referrersTag(digest)) }),
  ])
  const isPull = isRead && reader.countsPulls
  return { manifest, config, leadsTo: leadsTo(manifest, referrers), ...(isPull && { isPull }) }
}

function leadingImage(told: DescribedManifest | UnreadableManifest): LeadingImage {
  if ('unreadable' in told) return { manifest: told, config: undefined, leadsTo: leadsTo(told, []) }
  const { manifest, config, referrers } = told
  return { manifest, config, leadsTo: leadsTo(manifest, referrers) }
}

const leadsTo = (manifest: ReadManifest | UnreadableManifest, referrers: readonly Referrer[]): Digest[] => [
  ...(('unreadable' in manifest ? manifest.mayReferTo : manifest.children) ?? []),
  ...referrers.map(referrer => referrer.digest),
]

async function findManifest({ reader, path, manifests }: Place, digest: Digest) {
  const known = manifests.get(digest)
  manifests.delete(digest)
  const manifest = known ?? (await reader.findManifest(path, digest))
  if (!manifest || !('bytes' in manifest)) return manifest
  const { bytes: _, ...read } = manifest
  return read
}

/** One that may not be read may be there, and refer to anything. */
async function orDenied(digest: Digest, read: (digest: Digest) => ReturnType<typeof readImage>) {
  try {
    return await read(digest)
  } catch (error) {
    if (!(error instanceof AccessDeniedError)) throw error
    return { manifest: { digest, unreadable: error.message }, config: undefined, leadsTo: [] }
  }
}

/** A config informs and decides nothing: one that cannot be read is left out. */
async function findConfig(reader: RegistryReader, path: string, digest: Digest): Promise<ImageConfig | undefined> {
  try {
    return await reader.findConfig(path, digest)
  } catch (error) {
    if (isPassedOver(error)) return undefined
    throw error
  }
}
