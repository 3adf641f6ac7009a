import { missingGrantText } from '../domain/grants/missing-grant.ts'
import type { Tenant } from '../domain/grants/rights.ts'
import type { RepositoryRecord, SyncOutcome } from '../domain/records.ts'
import { anonymousCredential } from '../domain/sync-credential.ts'
import type { ResolvedRegistry } from '../objects/resolve-registry.ts'
import type { Rulebook } from '../settings.ts'

/**
 * Says beside the refusal of a registry that was read without a credential what would have it read with the one of the
 * installation, where there is such a one.
 */
export function withGrantHint(
  repository: RepositoryRecord | undefined,
  { domain, path, problem }: ResolvedRegistry,
  tenant: Tenant,
  rulebook: Rulebook,
): RepositoryRecord | undefined {
  const outcome = repository?.lastOutcome
  if (problem || !outcome || !isDenied(outcome) || repository.credentialId !== anonymousCredential) return repository
  if (rulebook.ownCredentialOf(domain) === undefined) return repository
  const hint = `name a Secret in the RegistrySecret, or else: ${missingGrantText(domain, tenant, path, 'read')}`
  return { ...repository, lastOutcome: { ...outcome, message: `${outcome.message}; ${hint}` } }
}

const isDenied = ({ succeeded, reason }: SyncOutcome): boolean => !succeeded && reason === 'RegistryAccessDenied'
