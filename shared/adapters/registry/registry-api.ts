import { isDeepStrictEqual } from 'node:util'
import { quoted } from '../../domain/repository-name.ts'
import { AccessDeniedError, InvalidInputError } from '../../errors.ts'
import type { RegistryCredential } from '../../ports/registry.ts'
import type { HttpClient, HttpRequest, HttpResponse } from '../http/client.ts'
import { Renewed } from '../http/renewed.ts'
import { type Clock, systemClock, withRetries } from '../http/retry.ts'
import { parseJson } from './manifest.ts'
import { forbidden, refusal } from './oci/authenticator.ts'
import { answerOf, unexpectedStatus } from './oci/error-codes.ts'
import type { OciOptions } from './oci/oci-session.ts'
import { createRegistryPool } from './registry-pool.ts'

/** Pages of what registries tell of images. */
const defaultMaxBodyBytes = 32 * 1024 * 1024

export interface ApiRequest {
  /** Default `GET`. */
  readonly method?: HttpRequest['method']
  /** What goes on after the address of the API, escaped, with its query; or a whole address below it, as links of pages are. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON. */
  readonly json?: unknown
  /** Sent as a form. */
  readonly form?: Readonly<Record<string, string>>
  /** Sent as plain text. */
  readonly text?: string
  /** Whose limits it counts for. */
  readonly repository?: string
  /** Default 32 MiB. */
  readonly maxBodyBytes?: number
  /** What it has to be authorized for, where a registry gives an authorization for each; default: all. */
  readonly scope?: string
  /** Gives a 403 back instead of throwing, where it says more than which right is missing. */
  readonly refusalIsAnswer?: boolean
}

/** What each request has to say who asks. */
export interface Authorization {
  readonly headers: Readonly<Record<string, string>>
  /** Absent: until it is refused. */
  readonly expiresAt?: Date
}

/** Makes it of a credential; `send` reaches the API without any, for one that gives tokens itself. */
export type Authorize = (
  credential: RegistryCredential | undefined,
  send: (request: ApiRequest) => Promise<HttpResponse>,
  scope: string,
) => Authorization | Promise<Authorization>

/** Where a registry's own API is. */
export interface ApiOptions extends OciOptions {
  /** Without a slash at the end. */
  readonly api: string
}

/** A little before an authorization ends a new one is made. */
const earlyMs = 10_000

/** Asks the own API of one registry, with what its credential gives, which goes to no other address. */
export class RegistryApi {
  readonly host: string
  readonly api: URL
  readonly #http: HttpClient
  readonly #limits: Pick<HttpRequest, 'timeoutMs' | 'signal' | 'credentialId'>
  readonly #clock: Clock
  readonly #access: Renewed<Access>

  constructor(options: ApiOptions, authorize: Authorize) {
    const { host, api, credential, renewCredential, timeoutMs, signal, credentialId, clock = systemClock } = options
    this.host = host
    this.api = new URL(api)
    this.#clock = clock
    this.#http = withRetries(options.http ?? createRegistryPool(options), undefined, clock)
    this.#limits = { timeoutMs, signal, credentialId: credentialId ?? credential?.username }
    const accessWith = (given: RegistryCredential | undefined): Access => ({
      credential: given,
      authorize: scope => authorize(given, request => this.#exchange(request, {}, true), scope),
      authorizations: new Map(),
    })
    this.#access = new Renewed(accessWith(credential), async before => {
      const now = await renewCredential?.()
      return now === undefined || isDeepStrictEqual(now, before.credential) ? undefined : accessWith(now)
    })
  }

  /**
   * @throws AccessDeniedError (401, 403), UnavailableError (408, 429, 5xx, network), InvalidInputError for an address that is
   * not below that of the API; every other status is an answer
   */
  async send(request: ApiRequest): Promise<HttpResponse> {
    const used = this.#access.current
    try {
      return await this.#sendWith(used, request)
    } catch (error) {
      if (!(error instanceof AccessDeniedError) || !(await this.#access.isRenewed(used))) throw error
      return this.#sendWith(this.#access.current, request)
    }
  }

  /** The answer to it as JSON; undefined for a 404. @throws as {@link send}, and InvalidInputError for all but a 200 */
  async findJson(request: ApiRequest): Promise<{ json: unknown; headers: HttpResponse['headers'] } | undefined> {
    const response = await this.send(request)
    const what = this.what(request)
    if (response.status === 404) return undefined
    if (response.status !== 200) throw unexpectedStatus(what, "an answer of the registry's API", response)
    return { json: parseJson(response.body, what), headers: response.headers }
  }

  /** What a request is called in messages. */
  what({ method = 'GET', path }: ApiRequest): string {
    return `${method} ${this.api.host}${this.#urlOf(path).pathname}`
  }

  async #sendWith(access: Access, request: ApiRequest): Promise<HttpResponse> {
    const { scope = '' } = request
    const { headers } = await this.#authorizationOf(access, scope)
    const response = await this.#exchange(request, headers)
    if (response.status !== 401) return this.#allowed(request, response, access)
    // It may have been ended before its time; one that others made meanwhile is taken.
    const { authorizations } = access
    const made = authorizations.get(scope)
    if ((await made)?.headers === headers && authorizations.get(scope) === made) authorizations.delete(scope)
    const again = await this.#authorizationOf(access, scope)
    if (isDeepStrictEqual(again.headers, headers)) return this.#allowed(request, response, access)
    return this.#allowed(request, await this.#exchange(request, again.headers), access)
  }

  /** Once for all that wait for it. */
  async #authorizationOf(access: Access, scope: string): Promise<Authorization> {
    const { authorizations } = access
    const made = authorizations.get(scope)
    const known = await made
    const endsAtMs = known?.expiresAt?.getTime()
    const isOver = endsAtMs !== undefined && endsAtMs - earlyMs <= this.#clock.now().getTime()
    if (known !== undefined && !isOver) return known
    if (authorizations.get(scope) !== made) return this.#authorizationOf(access, scope)
    const making = Promise.resolve(access.authorize(scope)).catch((error: unknown) => {
      authorizations.delete(scope)
      throw error
    })
    authorizations.set(scope, making)
    return making
  }

  #exchange(request: ApiRequest, headers: Authorization['headers'], isForToken = false): Promise<HttpResponse> {
    const { method = 'GET', path, json, form, text, repository, maxBodyBytes = defaultMaxBodyBytes } = request
    return this.#http.send({
      method,
      url: this.#urlOf(path),
      headers: { accept: 'application/json', ...contentTypeOf(request), ...request.headers, ...headers },
      ...(json !== undefined && { body: Buffer.from(JSON.stringify(json)) }),
      ...(form !== undefined && { body: Buffer.from(new URLSearchParams(form).toString()) }),
      ...(text !== undefined && { body: Buffer.from(text) }),
      maxBodyBytes,
      repository,
      isForToken,
      ...this.#limits,
    })
  }

  #urlOf(path: string): URL {
    const base = this.api.href.replace(/\/+$/, '')
    const text = path.startsWith('/') ? `${base}${path}` : path
    const url = URL.canParse(text) ? new URL(text) : undefined
    if (url?.origin === this.api.origin) return url
    throw new InvalidInputError(`${this.host}: expected an address at ${this.api.origin}, got ${quoted(path)}`)
  }

  #allowed(request: ApiRequest, response: HttpResponse, { credential }: Access): HttpResponse {
    const isRefused = response.status === 401 || (response.status === 403 && !request.refusalIsAnswer)
    if (!isRefused) return response
    const what = `${this.what(request)}: expected access, got ${answerOf(response)}`
    throw response.status === 401 ? refusal(what, credential) : forbidden(what, credential)
  }
}

/** A credential, and what was made of it. */
interface Access {
  readonly credential: RegistryCredential | undefined
  readonly authorize: (scope: string) => Authorization | Promise<Authorization>
  /** By scope. */
  readonly authorizations: Map<string, Promise<Authorization>>
}

const contentTypeOf = ({ json, form, text }: ApiRequest): Record<string, string> => {
  if (text !== undefined) return { 'content-type': 'text/plain' }
  if (json !== undefined) return { 'content-type': 'application/json' }
  return form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }
}
