import { findJson } from '../../domain/json.ts'
import { type PullCredentials, storedCredentials } from '../../domain/pull-credentials.ts'
import { AccessDeniedError, InvalidInputError } from '../../errors.ts'
import type { SecretAge, SecretStore } from '../../ports/platform.ts'
import type { RegistryCredential } from '../../ports/registry.ts'

/** What a registry is asked with. */
export interface Login {
  /** Absent: it is asked without. */
  readonly credential?: RegistryCredential | undefined
  /** What stands in its place now, for when the registry refuses it. Absent: nothing can. */
  readonly renewCredential?: () => Promise<RegistryCredential | undefined>
}

/**
 * The credentials in a secret, as JSON: a user name and password, or several by path. Without `age` they may be some minutes
 * old, for who asks for them `anew` once they are refused.
 *
 * @throws AccessDeniedError when there is no such secret; InvalidInputError, without the value, when it is not of this form
 */
export async function getPullCredentials(
  secrets: Pick<SecretStore, 'findSecret'>,
  id: string,
  age: SecretAge = 'kept',
): Promise<PullCredentials> {
  const value = await secrets.findSecret(id, age)
  if (value === undefined)
    throw new AccessDeniedError(`secret ${id}: expected credentials for a registry, got no such secret; create it`, {
      kind: 'missing',
    })
  const parsed = storedCredentials.safeParse(findJson(value))
  if (parsed.success) return parsed.data
  throw malformed(id)
}

/** The one user name and password for a whole registry. Throws as {@link getPullCredentials}. */
export async function getCredential(
  secrets: Pick<SecretStore, 'findSecret'>,
  id: string,
  age?: SecretAge,
): Promise<RegistryCredential> {
  const { whole } = await getPullCredentials(secrets, id, age)
  if (whole === undefined) throw malformed(id)
  return whole
}

const malformed = (id: string): InvalidInputError =>
  new InvalidInputError(
    `secret ${id}: expected JSON {"username": "...", "password": "..."} with a password, got something else`,
  )
