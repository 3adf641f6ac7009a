import pMap from 'p-map'
import type { Digest } from '../domain/digest.ts'
import { NotFoundError } from '../errors.ts'
import type { ListedTag, RegistryReader } from '../ports/registry.ts'

/** What a registry says of a repository now: every tag with the digest it points at, and the tags that answered 404. */
export interface Observation {
  readonly tags: ReadonlyMap<string, ListedTag & { readonly digest: Digest }>
  /** Tags that we knew and that the registry denied one by one. A tag that is merely missing from the list is not here. */
  readonly gone: ReadonlySet<string>
  readonly untagged: readonly { digest: Digest; pushedAt?: Date; pulledAt?: Date }[]
}

/** HEAD requests asked for at once; how many are under way is the budget of the host. */
const concurrency = 32

/**
 * Reads the whole repository. A known tag that the list leaves out is asked for by itself, since lists are cut short
 * more often than tags are deleted.
 */
export async function observeRepository(
  reader: RegistryReader,
  path: string,
  known: readonly string[],
): Promise<Observation> {
  const listing = await reader.listRepository(path)
  const listed = new Map(listing.tags.map(tag => [tag.tag, tag]))
  const missing = known.filter(tag => !listed.has(tag)).map((tag): ListedTag => ({ tag }))
  const resolved = await pMap([...listed.values(), ...missing], tag => resolveTag(reader, path, tag), { concurrency })
  return {
    tags: new Map(resolved.flatMap(({ tag, digest }) => (digest ? [[tag.tag, { ...tag, digest }] as const] : []))),
    gone: new Set(resolved.flatMap(({ tag, digest }) => (digest ? [] : [tag.tag]))),
    untagged: listing.untagged ?? [],
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

/** A repository that does not exist is an observation too when we knew tags of it: each is asked for by itself. */
export async function observeOrAbsent(
  reader: RegistryReader,
  path: string,
  known: readonly string[],
): Promise<Observation> {
  try {
    return await observeRepository(reader, path, known)
  } catch (error) {
    if (!(error instanceof NotFoundError) || known.length === 0) throw error
    const each = await pMap(known, tag => observeTag(reader, path, tag), { concurrency })
    return {
      tags: new Map(each.flatMap(one => [...one.tags])),
      gone: new Set(each.flatMap(one => [...one.gone])),
      untagged: [],
    }
  }
}
