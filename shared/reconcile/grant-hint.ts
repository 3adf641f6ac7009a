import { missingGrantText } from '../domain/grants/missing-grant.ts'
import type { SyncOutcome } from '../domain/records.ts'
import { anonymousCredential } from '../domain/sync-credential.ts'
import type { Rulebook } from '../settings.ts'
import type { EndedSync } from './plan-sync.ts'
import type { Tracked } from './tracked-object.ts'

/**
 * Says beside the refusal of a registry that was read without a credential what would have it read with the one of the
 * installation, where there is such a one.
 */
export function withGrantHint<S extends Pick<EndedSync, 'credential' | 'lastOutcome'>>(
  sync: S | undefined,
  { registry: { domain, path, problem }, tenant }: Pick<Tracked, 'registry' | 'tenant'>,
  rulebook: Rulebook,
): S | undefined {
  if (problem || !sync || !isDenied(sync.lastOutcome) || sync.credential !== anonymousCredential) return sync
  if (rulebook.ownCredentialOf(domain) === undefined) return sync
  const hint = `name a Secret in the RegistrySecret, or else: ${missingGrantText(domain, tenant, path, 'read')}`
  return { ...sync, lastOutcome: { ...sync.lastOutcome, message: `${sync.lastOutcome.message}; ${hint}` } }
}

const isDenied = ({ succeeded, reason }: SyncOutcome): boolean => !succeeded && reason === 'RegistryAccessDenied'
