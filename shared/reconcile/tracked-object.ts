import type { Tenant } from '../domain/grants/rights.ts'
import { InvalidInputError } from '../errors.ts'
import type { KnownRegistrySecret } from '../objects/lending.ts'
import { parseRepositoryObject, type RepositorySpec } from '../objects/parse-objects.ts'
import { type ResolvedRegistry, resolveRegistry } from '../objects/resolve-registry.ts'
import type { CustomObject } from '../ports/cluster.ts'
import type { Rulebook } from '../settings.ts'
import type { CoveredObject } from '../sweep/world/covered-object.ts'
import { coveredObject } from '../sweep/world/policy-scope.ts'

/** A Repository object that can be read, with the registry that it leads to, or why it leads nowhere. */
export interface Tracked {
  readonly object: CustomObject
  readonly spec: RepositorySpec
  readonly tenant: Tenant
  readonly registry: ResolvedRegistry
}

/** None for an object that cannot be read. */
export function trackedObject(
  object: CustomObject,
  secrets: readonly KnownRegistrySecret[],
  tenant: Tenant,
  rulebook: Rulebook,
): Tracked[] {
  try {
    const spec = parseRepositoryObject(object)
    return [{ object, spec, tenant, registry: resolveRegistry(tenant, spec, secrets, rulebook) }]
  } catch (error) {
    // The API server validates these; what it let through is left alone rather than guessed at.
    if (error instanceof InvalidInputError) return []
    throw error
  }
}

/** As policies see it; none while its registry is not known. */
export const coveredOf = ({ object, registry, spec }: Tracked): CoveredObject[] =>
  registry.problem ? [] : [coveredObject(object, registry, spec.tag)]

/** `host/path`; undefined while the registry is not known. */
export const idOf = ({ registry }: Tracked): string | undefined =>
  registry.problem ? undefined : `${registry.domain}/${registry.path}`
