import { importPKCS8, SignJWT } from 'jose'
import * as z from 'zod'
import { findJson } from '../../../domain/json.ts'
import { AccessDeniedError } from '../../../errors.ts'
import type { RegistryCredential } from '../../../ports/registry.ts'
import type { Authorization } from '../registry-api.ts'

const keyFile = z.object({
  client_email: z.string().min(1),
  private_key: z.string().min(1),
  private_key_id: z.string().min(1).optional(),
})

/** Google takes no longer ones. */
const lifetimeSeconds = 3600

/**
 * What Google's API is asked with: the key of a service account signs for an hour, at that API alone and without a token
 * service; an access token is sent as it is.
 *
 * @throws AccessDeniedError for all others
 * @see https://google.aip.dev/auth/4111
 * @see https://cloud.google.com/artifact-registry/docs/docker/authentication
 */
export async function authorizeAtGoogle(
  credential: RegistryCredential | undefined,
  audience: string,
  now: Date,
): Promise<Authorization> {
  const { username, password = '', apiToken } = credential ?? {}
  if (apiToken !== undefined) return bearer(apiToken)
  if (username === 'oauth2accesstoken') return bearer(password)
  if (username === '_json_key') return signed(password, audience, now)
  if (username === '_json_key_base64') return signed(Buffer.from(password, 'base64').toString(), audience, now)
  throw new AccessDeniedError(
    'Artifact Registry: expected the user _json_key, _json_key_base64 or oauth2accesstoken for its API, got another',
    { kind: 'authentication' },
  )
}

const bearer = (token: string): Authorization => ({ headers: { authorization: `Bearer ${token}` } })

async function signed(text: string, audience: string, now: Date): Promise<Authorization> {
  const { client_email: email, private_key: pem, private_key_id: kid } = parseKey(text)
  const issuedAt = Math.floor(now.getTime() / 1000)
  const key = await importPKCS8(pem, 'RS256').catch(() => refuseKey())
  const token = await new SignJWT()
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT', ...(kid !== undefined && { kid }) })
    .setIssuer(email)
    .setSubject(email)
    .setAudience(audience)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + lifetimeSeconds)
    .sign(key)
  return { ...bearer(token), expiresAt: new Date((issuedAt + lifetimeSeconds) * 1000) }
}

function parseKey(text: string): z.infer<typeof keyFile> {
  const parsed = keyFile.safeParse(findJson(text))
  return parsed.success ? parsed.data : refuseKey()
}

/** Of the key itself nothing is said. */
function refuseKey(): never {
  throw new AccessDeniedError(
    'Artifact Registry: expected the JSON key of a service account as the password, got something else',
    { kind: 'authentication' },
  )
}
