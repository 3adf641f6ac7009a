import { canonicalParts } from '../domain/repository-id.ts'
import { anonymousCredential, type SyncCredential } from '../domain/sync-credential.ts'
import type { CustomObject } from '../ports/cluster.ts'
import type { RegistrySecretSpec, RepositorySpec } from './parse-objects.ts'

/** A Repository's reference to its registry, as far as it leads. */
export type ResolvedRegistry =
  | {
      /** Canonical host. */
      readonly domain: string
      /** The path there: Docker Hub's `library/` filled in. */
      readonly path: string
      readonly credential: SyncCredential
      readonly problem?: undefined
    }
  | {
      readonly domain?: undefined
      readonly path?: undefined
      readonly problem: { readonly reason: string; readonly message: string }
    }

/** A RegistrySecret with its parsed spec, and the credential that it brings, when it brings one. */
export interface KnownRegistrySecret {
  readonly object: CustomObject
  readonly spec: RegistrySecretSpec
  readonly credential: SyncCredential | undefined
}

const problem = (reason: string, message: string): ResolvedRegistry => ({ problem: { reason, message } })

/**
 * Follows `registryRef` from an object's namespace. A reference into another namespace needs that RegistrySecret's
 * `accessFrom`; without it the answer is the same as for one that does not exist, so that names cannot be probed.
 */
export function resolveRegistry(
  from: string,
  { repository, registryRef: ref }: Pick<RepositorySpec, 'repository' | 'registryRef'>,
  secrets: readonly KnownRegistrySecret[],
  canonicalHost: (host: string) => string,
): ResolvedRegistry {
  if (!ref) return problem('RegistryNotFound', 'expected spec.registryRef with the name of a RegistrySecret')
  const namespace = ref.namespace ?? from
  const found = secrets.find(
    ({ object }) => object.metadata.namespace === namespace && object.metadata.name === ref.name,
  )
  const allowed = found && (namespace === from || found.spec.accessFrom.namespaces.includes(from))
  if (!found || !allowed)
    return problem(
      'RegistryNotFound',
      `expected RegistrySecret ${namespace}/${ref.name}, with accessFrom ${from} if it is in another namespace; found none`,
    )
  const { registry: domain, path } = canonicalParts(found.spec.domain, repository, canonicalHost)
  return { domain, path, credential: found.credential ?? anonymousCredential }
}
