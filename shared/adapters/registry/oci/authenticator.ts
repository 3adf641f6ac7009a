import * as z from 'zod'
import { AccessDeniedError, InvalidInputError } from '../../../errors.ts'
import type { RegistryCredential } from '../../../ports/registry.ts'
import type { HttpClient, HttpRequest, HttpResponse } from '../../http/client.ts'
import { parseJson } from '../manifest.ts'
import { type Challenge, parseChallenge } from './challenge.ts'
import type { DeleteWays } from './delete-ways.ts'
import { type RealmRules, requireRealm } from './realm.ts'

export interface AuthenticatorOptions extends RealmRules {
  readonly http: HttpClient
  readonly credential?: RegistryCredential | undefined
  /** Remembers where a scope may not have `delete` in it. */
  readonly deleteWays: DeleteWays
  /** What each of its requests has, with the name of the credential. */
  readonly limits: Pick<HttpRequest, 'timeoutMs' | 'signal' | 'credentialId'>
}

const tokenResponse = z.object({
  token: z.string().optional(),
  access_token: z.string().optional(),
  expires_in: z.number().positive().optional().catch(undefined),
})

interface Grant {
  readonly header: string
  readonly expiresAtMs: number
}

const maxTokenBytes = 64 * 1024
/** What the token specification says to assume when a realm does not state it. */
const defaultLifetimeSeconds = 60
const earlySeconds = 10

/** For a 401. */
export const refusal = (what: string, credential: RegistryCredential | undefined): AccessDeniedError =>
  credential === undefined
    ? new AccessDeniedError(`${what} without credentials; give some for this host`, { kind: 'missing' })
    : new AccessDeniedError(`${what} with these credentials; check user name and password`, { kind: 'authentication' })

/** For a 403. */
export const forbidden = (what: string, credential: RegistryCredential | undefined): AccessDeniedError =>
  new AccessDeniedError(
    credential === undefined
      ? `${what} without credentials; give some for this host`
      : `${what}; the registry knows these credentials, give them the right to this`,
  )

/** The Basic header of a user name and password. */
export const basicHeader = (credential: RegistryCredential): string =>
  `Basic ${Buffer.from(`${credential.username}:${credential.password}`).toString('base64')}`

/**
 * Answers one registry's challenges and remembers the answer for each scope, so that a token is fetched once however
 * many requests wait for it.
 *
 * @see https://distribution.github.io/distribution/spec/auth/token/
 */
export class Authenticator {
  readonly #options: AuthenticatorOptions
  readonly #grants = new Map<string, Promise<Grant>>()

  constructor(options: AuthenticatorOptions) {
    this.#options = options
  }

  /** The header for this scope as far as it is known; undefined before the first challenge. */
  async current(scope: string): Promise<string | undefined> {
    const grant = await this.#grants.get(scope)
    return grant !== undefined && grant.expiresAtMs > Date.now() ? grant.header : undefined
  }

  /**
   * The header to try again with, after a 401 to a request that carried `used`.
   *
   * @throws AccessDeniedError when there is nothing to answer with
   */
  async answer(response: HttpResponse, scope: string, used: string | undefined): Promise<string> {
    const known = await this.current(scope)
    if (known !== undefined && known !== used) return known
    const challenge = parseChallenge(response.headers['www-authenticate'])
    const pending = this.#grantFor(challenge, scope, used)
    this.#grants.set(scope, pending)
    pending.catch(() => this.#forget(scope, pending))
    return (await pending).header
  }

  #forget(scope: string, pending: Promise<Grant>): void {
    if (this.#grants.get(scope) === pending) this.#grants.delete(scope)
  }

  async #grantFor(challenge: Challenge | undefined, scope: string, used: string | undefined): Promise<Grant> {
    const { host, credential } = this.#options
    if (challenge?.scheme === 'bearer') return this.#fetchToken(challenge, scope)
    if (challenge === undefined || credential === undefined || used !== undefined)
      throw refusal(`${host}: expected access, got 401`, credential)
    return { header: basicHeader(credential), expiresAtMs: Number.POSITIVE_INFINITY }
  }

  async #fetchToken(challenge: Challenge & { scheme: 'bearer' }, scope: string): Promise<Grant> {
    const { credential, host } = this.#options
    const url = requireRealm(challenge.realm, this.#options)
    if (challenge.service !== undefined) url.searchParams.set('service', challenge.service)
    const response = await this.#askRealm(url, scope)
    if (response.status === 200) return grantOf(response, host)
    const expected = `${host}: expected a token from ${url.host}, got ${response.status}`
    if (response.status >= 300 && response.status < 400) throw new InvalidInputError(`${expected}, a redirect`)
    if (response.status === 403) throw forbidden(expected, credential)
    // Some answer a wrong password with a 400.
    if (response.status === 400 || response.status === 401) throw refusal(expected, credential)
    throw new InvalidInputError(`${expected}; check that it is the realm of this registry`)
  }

  /**
   * Quay knows the actions push, pull and `*` alone: it answers 400 to a scope with `delete`, and deletes with `push`.
   * Others may answer 403 to who may push and not delete, which is of that credential and not remembered.
   *
   * @see https://github.com/quay/quay/blob/master/endpoints/v2/v2auth.py
   */
  async #askRealm(realm: URL, scope: string): Promise<HttpResponse> {
    const { deleteWays } = this.#options
    const withoutDelete = scope.replace(/,delete$/, '')
    if (withoutDelete === scope || !deleteWays.takesDeleteScope) return this.#askFor(withoutDelete, realm)
    const response = await this.#askFor(scope, realm)
    if (response.status !== 400 && response.status !== 403) return response
    const second = await this.#askFor(withoutDelete, realm)
    if (response.status === 400 && second.status === 200) deleteWays.takesDeleteScope = false
    return second
  }

  #askFor(scope: string, realm: URL): Promise<HttpResponse> {
    const { http, credential, limits } = this.#options
    const url = new URL(realm)
    if (scope !== '') url.searchParams.set('scope', scope)
    return http.send({
      method: 'GET',
      url,
      headers: credential === undefined ? {} : { authorization: basicHeader(credential) },
      maxBodyBytes: maxTokenBytes,
      repository: repositoryOf(scope),
      isForToken: true,
      ...limits,
    })
  }
}

/** Of a scope `repository:path:actions`; undefined for others. */
const repositoryOf = (scope: string): string | undefined =>
  scope.startsWith('repository:') ? scope.split(':')[1] : undefined

function grantOf(response: HttpResponse, host: string): Grant {
  const parsed = tokenResponse.safeParse(parseJson(response.body, `${host}: token`))
  const token = parsed.success ? parsed.data.token || parsed.data.access_token : undefined
  // Anything outside printable ASCII could not be sent in a header, or would split it.
  if (!parsed.success || token === undefined || !/^[\x21-\x7e]+$/.test(token))
    throw new InvalidInputError(`${host}: expected a JSON answer with a token from the realm, got none`)
  const lifetimeSeconds = parsed.data.expires_in ?? defaultLifetimeSeconds
  const keepSeconds = Math.max(lifetimeSeconds - earlySeconds, lifetimeSeconds / 2)
  return { header: `Bearer ${token}`, expiresAtMs: Date.now() + keepSeconds * 1000 }
}
