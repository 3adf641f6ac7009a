import { findJson } from '../../domain/json.ts'
import { type PullCredentials, storedCredentials } from '../../domain/pull-credentials.ts'
import { AccessDeniedError, InvalidInputError } from '../../errors.ts'
import type { SecretStore } from '../../ports/platform.ts'
import type { RegistryCredential } from '../../ports/registry.ts'

/**
 * The credentials in a secret, as JSON: a user name and password, or several by path.
 *
 * @throws AccessDeniedError when there is no such secret; InvalidInputError, without the value, when it is not of this form
 */
export async function getPullCredentials(secrets: SecretStore, id: string): Promise<PullCredentials> {
  const value = await secrets.findSecret(id)
  if (value === undefined)
    throw new AccessDeniedError(`secret ${id}: expected credentials for a registry, got no such secret; create it`, {
      kind: 'missing',
    })
  const parsed = storedCredentials.safeParse(findJson(value))
  if (parsed.success) return parsed.data
  throw malformed(id)
}

/** The one user name and password for a whole registry. Throws as {@link getPullCredentials}. */
export async function getCredential(secrets: SecretStore, id: string): Promise<RegistryCredential> {
  const { whole } = await getPullCredentials(secrets, id)
  if (whole === undefined) throw malformed(id)
  return whole
}

const malformed = (id: string): InvalidInputError =>
  new InvalidInputError(
    `secret ${id}: expected JSON {"username": "...", "password": "..."} with a password, got something else`,
  )
