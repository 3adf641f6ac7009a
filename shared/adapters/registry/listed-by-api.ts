import { parseRepositoryPath } from '../../domain/repository-name.ts'
import type { RegistryReader, RepositoryListing } from '../../ports/registry.ts'
import { notTold, type OwnApi } from './own-api.ts'

/** How a registry's own API lists a repository. */
export interface OwnList {
  readonly api: OwnApi
  /** Within which a credential has the right to list, or has it not: a project, an organisation, an account. */
  scopeOf(repository: string): string
  /**
   * Undefined for a repository that the API does not know: whether it is there, the registry itself says, since an API may
   * answer so to a credential without the right.
   */
  list(repository: string): Promise<RepositoryListing | undefined>
  /** What people read of a sync that had to do without: what is not known then, and which right to give. */
  readonly without: string
}

/** The list of a repository by the registry's own API where that tells this credential, else as `plain` reads it. */
export function listedByApi(
  plain: Pick<RegistryReader, 'listRepository'>,
  { api, scopeOf, list, without }: OwnList,
): Pick<RegistryReader, 'listRepository'> {
  return {
    async listRepository(repository) {
      const path = parseRepositoryPath(repository)
      const listing = await api.ask(scopeOf(path), 'list', () => list(path))
      if (listing !== notTold && listing !== undefined) return listing
      return { ...(await plain.listRepository(path)), ...(listing === notTold && { note: without }) }
    },
  }
}
