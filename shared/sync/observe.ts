import pMap from 'p-map'
import type { Digest } from '../domain/digest.ts'
import { NotFoundError } from '../errors.ts'
import type { ListedTag, RegistryReader, RepositoryListing } from '../ports/registry.ts'

/** What a registry says of a repository now: every tag with the digest it points at, and the tags that answered 404. */
export interface Observation {
  readonly tags: ReadonlyMap<string, ListedTag & { readonly digest: Digest }>
  /** Tags that we knew and that the registry denied one by one. A tag that is merely missing from the list is not here. */
  readonly gone: ReadonlySet<string>
  readonly untagged: readonly { digest: Digest; pushedAt?: Date; pulledAt?: Date }[]
  /** The answer to the list of a repository that does not exist. */
  readonly absent?: NotFoundError
}

/** HEAD requests asked for at once; how many are under way is the budget of the host. */
const concurrency = 32

/** A known tag that the list leaves out is asked for by itself, since lists are cut short more often than tags are deleted. */
export async function observeListed(
  reader: RegistryReader,
  path: string,
  tags: readonly ListedTag[],
  known: readonly string[],
): Promise<Pick<Observation, 'tags' | 'gone'>> {
  const listed = new Map(tags.map(tag => [tag.tag, tag]))
  const missing = known.filter(tag => !listed.has(tag)).map((tag): ListedTag => ({ tag }))
  const resolved = await pMap([...listed.values(), ...missing], tag => resolveTag(reader, path, tag), { concurrency })
  return {
    tags: new Map(resolved.flatMap(({ tag, digest }) => (digest ? [[tag.tag, { ...tag, digest }] as const] : []))),
    gone: new Set(resolved.flatMap(({ tag, digest }) => (digest ? [] : [tag.tag]))),
  }
}

const resolveTag = async (reader: RegistryReader, path: string, tag: ListedTag) => ({
  tag,
  digest: tag.digest ?? (await reader.findTag(path, tag.tag)),
})

/** Reads one tag only: what a hint asks for. */
export async function observeTag(reader: RegistryReader, path: string, tag: string): Promise<Observation> {
  const digest = await reader.findTag(path, tag)
  return {
    tags: new Map(digest ? [[tag, { tag, digest }]] : []),
    gone: new Set(digest ? [] : [tag]),
    untagged: [],
  }
}

/**
 * Reads all that was listed. A repository that does not exist is an observation too when we knew tags of it: each is asked for by
 * itself. `mayEnd`: the reader's word can end a repository; another would ask for thousands of tags for nothing, and as
 * often as whoever made its object likes.
 *
 * @throws NotFoundError for a repository that does not exist, or that shows nothing though tags are known
 */
export async function observeRepository(
  reader: RegistryReader,
  path: string,
  { tags, untagged = [], absent }: Listing,
  known: readonly string[],
  mayEnd: boolean,
): Promise<Observation> {
  if (absent && known.length === 0) throw absent
  if (!mayEnd && known.length > 0 && tags.length + untagged.length === 0) throw absent ?? nothingShown(path)
  return { ...(await observeListed(reader, path, tags, known)), untagged, ...(absent && { absent }) }
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

/** Some registries show an empty repository to whoever may not read it. */
export const nothingShown = (path: string): NotFoundError =>
  new NotFoundError(`expected tags in ${path}, the registry lists none`)
