import type { RegistryFacts } from '../../domain/registry-facts.ts'
import { partsOf } from '../../domain/repository-id.ts'
import type { Policy } from '../../objects/policy-object.ts'
import type { CoveredObject } from './covered-object.ts'
import type { RepositoryWorld } from './read-world.ts'

/** The repositories that a policy would archive in and whose registry has no archive, with what to do. */
export function unarchivableIn(
  { spec }: Pick<Policy, 'spec'>,
  covered: readonly Pick<CoveredObject, 'repository'>[],
  factsOf: (registry: string) => RegistryFacts,
): ReadonlyMap<string, string> {
  if (spec.action !== 'Archive') return new Map()
  const repositories = [...new Set(covered.map(one => one.repository))]
  const refused = repositories.filter(repository => factsOf(partsOf(repository).registry).hasArchive !== true)
  return new Map(refused.map(repository => [repository, noArchiveText(repository)]))
}

/** Why nothing is done in a repository under a policy that archives, and what would be. */
export const noArchiveText = (repository: string): string =>
  `action Archive: expected a registry with an archive, which ECR alone has, got ${partsOf(repository).registry}: nothing is archived or deleted in ${repository}; a policy with action Delete and archive: layers deletes there and keeps all that restore needs`

/** The facts of the registries of what was read; none of any other. */
export function factsIn(
  worlds: readonly Pick<RepositoryWorld, 'id' | 'registry'>[],
): (registry: string) => RegistryFacts {
  const known = new Map(worlds.map(({ id, registry }) => [partsOf(id).registry, registry]))
  return registry => known.get(registry) ?? { untagged: 'stays' }
}
