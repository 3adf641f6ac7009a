import * as z from 'zod'
import { AccessDeniedError, InvalidInputError } from '../../errors.ts'
import type { SecretStore } from '../../ports/platform.ts'
import type { RegistryCredential } from '../../ports/registry.ts'

const credentialSchema = z.object({ username: z.string(), password: z.string().min(1) })

/**
 * The user name and password in a secret, as JSON.
 *
 * @throws AccessDeniedError when there is no such secret; InvalidInputError, without the value, when it is not of this form
 */
export async function getCredential(secrets: SecretStore, id: string): Promise<RegistryCredential> {
  const value = await secrets.findSecret(id)
  if (value === undefined)
    throw new AccessDeniedError(`secret ${id}: expected credentials for a registry, got no such secret; create it`)
  const parsed = credentialSchema.safeParse(jsonOf(value))
  if (parsed.success) return parsed.data
  throw new InvalidInputError(
    `secret ${id}: expected JSON {"username": "...", "password": "..."} with a password, got something else`,
  )
}

/** The parser's own message would quote the value, so it is not kept as a cause either. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
