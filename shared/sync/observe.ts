import { createHash } from 'node:crypto'
import pMap from 'p-map'
import type { Digest } from '../domain/digest.ts'
import { isTag } from '../domain/repository-name.ts'
import { NotFoundError, type UnavailableError } from '../errors.ts'
import type { ListedTag, Manifest, RegistryReader, RepositoryListing, Unreadable } from '../ports/registry.ts'
import { Tolerance } from './tolerance.ts'

type SeenTag = ListedTag & { readonly digest: Digest }

/** A name of which it could not be told where it points. `isFailure`: the registry failed, so that the next sync may. */
export interface Unread extends Unreadable {
  readonly isFailure?: true
}

/** Without its bytes, so that those of thousands are not held at once. */
export type ReadManifest = Omit<Manifest, 'bytes'>

/** What a registry says of a repository now: every tag with the digest it points at, and the tags that answered 404. */
export interface Observation {
  readonly tags: ReadonlyMap<string, SeenTag>
  /** Tags that we knew and that the registry denied one by one. A tag that is merely missing from the list is not here. */
  readonly gone: ReadonlySet<string>
  /** These are neither gone nor moved: what is recorded of them stays. */
  readonly unread: ReadonlyMap<string, Unread>
  readonly untagged: readonly Omit<SeenTag, 'tag'>[]
  /** What came with tags that are new. Whoever reads the images takes it out. */
  readonly manifests?: Map<Digest, ReadManifest>
  /** What the list itself said of manifests. */
  readonly described?: RepositoryListing['described']
  /** The answer to the list of a repository that does not exist. */
  readonly absent?: NotFoundError
  /** True for a name of the list; absent where none was read. */
  readonly isListed?: (name: string) => boolean
}

export interface ReadDeps {
  readonly reader: RegistryReader
  /** Aborted when the time of the sync is over. */
  readonly signal?: AbortSignal | undefined
}

/** Tags that were there the last time, and every name of which anything is recorded. */
interface KnownNames {
  readonly known: readonly string[]
  readonly recorded: ReadonlySet<string>
}

/** Tags asked for at once; how many requests are under way is the budget of the host. */
const concurrency = 32

/**
 * A known tag that the list leaves out is asked for by itself, since lists are cut short more often than tags are deleted. A
 * new one is read with its manifest where the registry lets one: its image is mostly new as well.
 */
export async function observeListed(
  { reader, signal }: ReadDeps,
  path: string,
  { tags, unreadable = [] }: RepositoryListing,
  { known, recorded }: KnownNames,
): Promise<Pick<Observation, 'tags' | 'gone' | 'unread' | 'manifests'>> {
  const listed = new Map(tags.map(tag => [tag.tag, tag]))
  const missing = known.filter(tag => !listed.has(tag)).map((tag): ListedTag => ({ tag }))
  const tolerance = new Tolerance(signal)
  const manifests = new Map<Digest, ReadManifest>()
  const find = (tag: string) => (recorded.has(tag) ? reader.findTag(path, tag) : findNew(reader, path, tag, manifests))
  const resolved = await pMap(
    [...listed.values(), ...missing],
    async tag => ({ tag, read: await tolerance.attempt(async () => tag.digest ?? find(tag.tag)) }),
    { concurrency },
  )
  tolerance.end()
  const seen = new Map<string, SeenTag>()
  const gone = new Set<string>()
  const unread = new Map<string, Unread>(unreadable.map(({ name, ...why }) => [storedName(name), why]))
  for (const { tag, read } of resolved) {
    if ('failure' in read) unread.set(tag.tag, failed(read.failure))
    else if (typeof read.value === 'object') unread.set(tag.tag, read.value)
    else if (read.value === undefined) gone.add(tag.tag)
    else seen.set(tag.tag, { ...tag, digest: read.value })
  }
  return { tags: seen, gone, unread, manifests }
}

/** Where a new tag points; the manifest that came with that is put to the others. */
async function findNew(reader: RegistryReader, path: string, tag: string, manifests: Map<Digest, ReadManifest>) {
  const found = await (reader.findTaggedManifest?.(path, tag) ?? reader.findTag(path, tag))
  if (typeof found !== 'object' || 'unreadable' in found) return found
  const { bytes: _, ...manifest } = found
  manifests.set(manifest.digest, manifest)
  return manifest.digest
}

const failed = (failure: UnavailableError): Unread => ({
  unreadable: `the registry failed when it was asked for it: ${failure.message}`,
  isFailure: true,
})

const maxNameLength = 200

/** How a name is recorded: odd ones may be of any length. */
export const storedName = (name: string): string =>
  name.length <= maxNameLength
    ? name
    : `${name.slice(0, maxNameLength)}…${createHash('sha256').update(name).digest('hex').slice(0, 16)}`

/** Reads one tag only: what a hint asks for. */
export async function observeTag(reader: RegistryReader, path: string, tag: string): Promise<Observation> {
  const found = await reader.findTag(path, tag)
  return {
    tags: new Map(typeof found === 'string' ? [[tag, { tag, digest: found }]] : []),
    gone: new Set(found === undefined ? [tag] : []),
    unread: new Map(typeof found === 'object' ? [[tag, found]] : []),
    untagged: [],
  }
}

/**
 * Reads all that was listed. A repository that does not exist is an observation too when we knew tags of it: each is asked for by
 * itself, as is every name that could not be read before. `mayEnd`: the reader is believed that a repository is gone; another would
 * ask for thousands of tags for nothing, and as often as whoever made its object likes.
 *
 * @throws NotFoundError for a repository that does not exist, or that shows nothing though tags are known
 */
export async function observeRepository(
  deps: ReadDeps,
  path: string,
  listing: Listing,
  { known, unread, recorded }: KnownNames & { readonly unread: readonly string[] },
  mayEnd: boolean,
): Promise<Observation> {
  const { untagged = [], described, absent } = listing
  if (absent && known.length === 0) throw absent
  if (!mayEnd && known.length > 0 && listing.tags.length + untagged.length === 0) throw absent ?? nothingShown(path)
  const asked = [...new Set([...known, ...unread.filter(isTag)])]
  const names = new Set(listing.tags.map(one => one.tag))
  const isListed = (name: string) => names.has(name)
  return {
    ...(await observeListed(deps, path, listing, { known: asked, recorded })),
    untagged,
    isListed,
    ...(described && { described }),
    ...(absent && { absent }),
  }
}

/** Nothing of a repository that does not exist. */
export interface Listing extends RepositoryListing, Pick<Observation, 'absent'> {}

export async function listOrAbsent(reader: RegistryReader, path: string): Promise<Listing> {
  try {
    return await reader.listRepository(path)
  } catch (error) {
    if (error instanceof NotFoundError) return { tags: [], absent: error }
    throw error
  }
}

/** The same without what leads to a manifest that the registry failed to hand out: where those point is not known enough. */
export function withoutFailed(observed: Observation, failures: ReadonlyMap<Digest, UnavailableError>): Observation {
  if (failures.size === 0) return observed
  const unread = new Map(observed.unread)
  for (const [tag, { mayReferTo }] of observed.unread) {
    const failure = mayReferTo?.map(digest => failures.get(digest)).find(one => one !== undefined)
    if (mayReferTo && failure) unread.set(tag, { ...failed(failure), mayReferTo })
  }
  for (const { tag, digest } of observed.tags.values()) {
    const failure = failures.get(digest)
    if (failure) unread.set(tag, failed(failure))
  }
  for (const { digest } of observed.untagged) {
    const failure = failures.get(digest)
    if (failure) unread.set(digest, failed(failure))
  }
  return {
    ...observed,
    unread,
    tags: new Map([...observed.tags].filter(([, { digest }]) => !failures.has(digest))),
    untagged: observed.untagged.filter(({ digest }) => !failures.has(digest)),
  }
}

/** Some registries show an empty repository to whoever may not read it. */
export const nothingShown = (path: string): NotFoundError =>
  new NotFoundError(`expected tags in ${path}, the registry lists none`)
