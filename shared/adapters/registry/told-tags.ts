import type { Digest } from '../../domain/digest.ts'
import { parseRepositoryPath } from '../../domain/repository-name.ts'
import type { DescribedManifest, ListedTag, RegistryReader, RepositoryListing } from '../../ports/registry.ts'
import { notTold, type OwnApi } from './own-api.ts'

/** What an API of a registry's own tells of tags. It may leave some out, and name some that are not there. */
export interface ToldTags {
  readonly tags: ReadonlyMap<string, ListedTag>
  readonly described?: ReadonlyMap<Digest, DescribedManifest>
}

/** How it is asked. */
interface TagTeller {
  readonly api: OwnApi
  /** Within which a credential has the right to list, or has it not. */
  scopeOf(repository: string): string
  /** Undefined where there is no such API. */
  tell(repository: string, names: ReadonlySet<string>): Promise<ToldTags | undefined>
  /** What people read of a sync that had to do without. */
  readonly without: string
}

/** Which tags there are the registry itself says; what else is known of them is what its own API tells. */
export function listedWithTold(
  plain: Pick<RegistryReader, 'listRepository'>,
  { api, scopeOf, tell, without }: TagTeller,
): Pick<RegistryReader, 'listRepository'> {
  return {
    async listRepository(repository): Promise<RepositoryListing> {
      const path = parseRepositoryPath(repository)
      const listing = await plain.listRepository(path)
      if (listing.tags.length === 0) return listing
      const names = new Set(listing.tags.map(one => one.tag))
      const told = await api.ask(scopeOf(path), 'list', () => tell(path, names))
      if (told === notTold || told === undefined) return { ...listing, note: without }
      const tags = listing.tags.map(one => told.tags.get(one.tag) ?? one)
      return { ...listing, tags, ...(told.described && { described: told.described }) }
    },
  }
}
