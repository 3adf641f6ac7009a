import * as z from 'zod'
import { InvalidInputError } from '../../../errors.ts'
import type { HttpResponse } from '../../http/client.ts'
import { parseJson } from '../manifest.ts'
import { basicHeader, refusal } from '../oci/authenticator.ts'
import { answerOf } from '../oci/error-codes.ts'
import type { ApiRequest, Authorize } from '../registry-api.ts'

/** The user name of whoever has a refresh token of the registry in the place of a password. */
const tokenUser = '00000000-0000-0000-0000-000000000000'
const tokens = z.object({ refresh_token: z.string().optional(), access_token: z.string().optional() })

/**
 * Administrators, service principals and token users are taken by their name and password; a refresh token gives one for
 * each scope, and an access token of Entra, as the `apiToken`, gives a refresh token first.
 *
 * @see https://github.com/Azure/acr/blob/main/docs/AAD-OAuth.md
 */
export const acrAuthorization =
  (service: string): Authorize =>
  async (credential, send, scope) => {
    if (credential === undefined) return { headers: {} }
    const { username, password, apiToken } = credential
    if (apiToken === undefined && username !== tokenUser) return { headers: { authorization: basicHeader(credential) } }
    const ask = async (path: string, form: Record<string, string>) => {
      const request: ApiRequest = { method: 'POST', path, form: { ...form, service } }
      return tokensOf(await send(request), `POST ${service}${path}`, credential)
    }
    const exchanged =
      apiToken && (await ask('/oauth2/exchange', { grant_type: 'access_token', access_token: apiToken }))
    const refreshToken = exchanged ? exchanged.refresh_token : password
    const form = { grant_type: 'refresh_token', scope, refresh_token: refreshToken ?? '' }
    const { access_token } = await ask('/oauth2/token', form)
    return { headers: { authorization: `Bearer ${access_token ?? ''}` } }
  }

function tokensOf(response: HttpResponse, what: string, credential: Parameters<typeof refusal>[1]) {
  if ([400, 401, 403].includes(response.status))
    throw refusal(`${what}: expected a token, got ${answerOf(response)}`, credential)
  const parsed = tokens.safeParse(response.status === 200 ? parseJson(response.body, what) : undefined)
  const given = parsed.success ? (parsed.data.access_token ?? parsed.data.refresh_token) : undefined
  // Anything outside printable ASCII could not be sent in a header, or would split it.
  if (!parsed.success || given === undefined || !/^[\x21-\x7e]+$/.test(given))
    throw new InvalidInputError(`${what}: expected a token, got ${answerOf(response)} without one`)
  return parsed.data
}
