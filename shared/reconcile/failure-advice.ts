import { missingGrantText } from '../domain/grants/missing-grant.ts'
import { anonymousCredential, credentialOfObject } from '../domain/sync-credential.ts'
import { findCondition } from '../objects/conditions.ts'
import type { KnownRegistrySecret } from '../objects/lending.ts'
import type { Rulebook } from '../settings.ts'
import type { EndedSync } from './plan-sync.ts'
import type { Tracked } from './tracked-object.ts'

/** Reasons for which another credential helps. The last is of versions before. */
const refusals = ['CredentialsMissing', 'PermissionDenied', 'RegistryAccessDenied']

/** Says beside a failure what the people of the object can do: a sync knows neither their objects nor their rights. */
export function withAdvice(
  sync: EndedSync | undefined,
  tracked: Tracked,
  secrets: readonly KnownRegistrySecret[],
  rulebook: Rulebook,
): EndedSync | undefined {
  if (!sync || sync.lastOutcome.succeeded || !refusals.includes(sync.lastOutcome.reason)) return sync
  const { message } = sync.lastOutcome
  const secret = missingSecretOf(sync, tracked, secrets)
  const hint = grantHint(sync, tracked, rulebook)
  const advised = secret ?? (hint === undefined ? message : `${message}; ${hint}`)
  return { ...sync, lastOutcome: { ...sync.lastOutcome, message: advised } }
}

/** What its RegistrySecret says of the Secret that it names, to the people of that namespace. */
function missingSecretOf(
  { credential, lastOutcome }: EndedSync,
  { object: { metadata } }: Tracked,
  secrets: readonly KnownRegistrySecret[],
): string | undefined {
  if (lastOutcome.reason !== 'CredentialsMissing') return undefined
  const owner = secrets.find(
    ({ object }) => credentialOfObject(object.cluster, object.metadata.uid) === credential,
  )?.object
  if (!owner || owner.metadata.namespace !== metadata.namespace) return undefined
  const verified = findCondition(owner.status, 'Verified')
  if (verified?.reason !== lastOutcome.reason) return undefined
  return `RegistrySecret ${owner.metadata.namespace}/${owner.metadata.name}: ${verified.message}`
}

/** What would have it read with the credential of the installation, where there is such a one. */
function grantHint(
  { credential }: EndedSync,
  { registry: { domain, path, problem }, tenant }: Tracked,
  rulebook: Rulebook,
): string | undefined {
  if (problem || credential !== anonymousCredential || rulebook.ownCredentialOf(domain) === undefined) return undefined
  return `name a Secret in the RegistrySecret, or else: ${missingGrantText(domain, tenant, path, 'read')}`
}
