import type { Grants } from '../domain/grants/grant.ts'
import { missingGrantText } from '../domain/grants/missing-grant.ts'
import { findGrant, type Tenant } from '../domain/grants/rights.ts'
import { canonicalParts, type Spelling } from '../domain/repository-id.ts'
import {
  anonymousCredential,
  credentialOfObject,
  installationCredential,
  type SyncCredential,
} from '../domain/sync-credential.ts'
import { type KnownRegistrySecret, serves } from './lending.ts'
import type { RegistrySecretSpec, RepositorySpec } from './parse-objects.ts'

interface Unresolved {
  readonly secret?: undefined
  readonly domain?: undefined
  readonly path?: undefined
  readonly problem: { readonly reason: string; readonly message: string }
}

/** Where a Repository's reference leads. */
export type FoundRegistry =
  | {
      /** Canonical host. */
      readonly domain: string
      /** The path there: Docker Hub's `library/` filled in, and the alias of the account that the settings name first. */
      readonly path: string
      readonly secret: KnownRegistrySecret
      readonly problem?: undefined
    }
  | Unresolved

/** A Repository's reference to its registry, as far as it leads. */
export type ResolvedRegistry =
  | {
      /** Canonical host. */
      readonly domain: string
      /** The path there: Docker Hub's `library/` filled in, and the alias of the account that the settings name first. */
      readonly path: string
      /** What it is read with. */
      readonly credential: SyncCredential
      readonly problem?: undefined
    }
  | Unresolved

/** What the settings say of who reads what. */
export interface ReadRules extends Spelling {
  grantsOf(registry: string): Grants | undefined
  /** What the installation itself reads the registry with: its role on ECR; undefined where it has nothing. */
  ownCredentialOf(registry: string): 'role' | 'pullSecret' | undefined
}

const problem = (reason: string, message: string): Unresolved => ({ problem: { reason, message } })

/**
 * Follows `registryRef` from an object's namespace. A reference into another namespace needs that RegistrySecret's
 * `accessFrom`, for the path too; without it the answer is the same as for one that does not exist, so that names cannot
 * be probed.
 */
export function findRegistry(
  from: string,
  { repository, registryRef: ref }: Pick<RepositorySpec, 'repository' | 'registryRef'>,
  secrets: readonly KnownRegistrySecret[],
  spelling: Spelling,
): FoundRegistry {
  if (!ref) return problem('RegistryNotFound', 'expected spec.registryRef with the name of a RegistrySecret')
  const namespace = ref.namespace ?? from
  const secret = secrets.find(
    ({ object }) => object.metadata.namespace === namespace && object.metadata.name === ref.name,
  )
  if (secret) {
    const { registry: domain, path } = canonicalParts(secret.spec.domain, repository, spelling)
    if (serves(secret, from, path, 'read')) return { domain, path, secret }
  }
  return problem(
    'RegistryNotFound',
    `expected RegistrySecret ${namespace}/${ref.name}, with an accessFrom that lends it to ${from} for ${repository} if it is in another namespace; found none`,
  )
}

/**
 * The same, with what the object is read with: the credential of its RegistrySecret; where that names none, the one of
 * the installation below the paths that are granted to the namespace; else none.
 */
export function resolveRegistry(
  tenant: Tenant,
  spec: Pick<RepositorySpec, 'repository' | 'registryRef'>,
  secrets: readonly KnownRegistrySecret[],
  rules: ReadRules,
): ResolvedRegistry {
  const found = findRegistry(tenant.name, spec, secrets, rules)
  if (found.problem) return found
  const { domain, path, secret } = found
  if (namesCredential(secret.spec)) {
    const { cluster, metadata } = secret.object
    return { domain, path, credential: credentialOfObject(cluster, metadata.uid) }
  }
  const own = rules.ownCredentialOf(domain)
  if (own !== undefined && findGrant(rules.grantsOf(domain), tenant, path, 'read'))
    return { domain, path, credential: installationCredential }
  // ECR answers no anonymous request.
  if (own === 'role') return problem('NotAuthorized', missingGrantText(domain, tenant, path, 'read'))
  return { domain, path, credential: anonymousCredential }
}

/** True for a RegistrySecret that is to be read with a credential of its own, whether or not there is one. */
export const namesCredential = (spec: RegistrySecretSpec): boolean =>
  spec.secretRef !== undefined || spec.password !== undefined
