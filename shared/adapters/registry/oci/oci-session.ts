import { buffer } from 'node:stream/consumers'
import { quoted } from '../../../domain/repository-name.ts'
import { anonymousCredential } from '../../../domain/sync-credential.ts'
import { InvalidInputError } from '../../../errors.ts'
import type { RegistryCredential } from '../../../ports/registry.ts'
import type { HttpClient, HttpRequest, HttpResponse } from '../../http/client.ts'
import { systemClock, withRetries } from '../../http/retry.ts'
import type { Login } from '../credentials.ts'
import { createRegistryPool, type RegistryPoolOptions } from '../registry-pool.ts'
import { Authenticator, basicHeader, forbidden, refusal } from './authenticator.ts'
import { isFinalForToken } from './challenge.ts'
import { DeleteTrust } from './delete-trust.ts'
import { DeleteWays } from './delete-ways.ts'
import { answerOf } from './error-codes.ts'
import { ReferrersApi } from './referrers-api.ts'
import { type Access, RenewedAccess } from './renewed-access.ts'

/** Where one registry is and how it may be reached. */
export interface OciOptions extends RegistryPoolOptions, Login {
  /** `https://registry.example.com`, with a path prefix where the registry has one. */
  readonly endpoint: string
  /** The host as references spell it, for messages and the token realm. */
  readonly host: string
  /** Names the credential; default: its user name. Where the host asks one to wait, others need not. */
  readonly credentialId?: string | undefined
  /** For each request. */
  readonly timeoutMs?: number | undefined
  readonly signal?: AbortSignal | undefined
  /** A pool to share between readers of one registry; by default each has its own. */
  readonly http?: HttpClient | undefined
  /** What is known of the registry already, to share between its readers. */
  readonly referrersApi?: ReferrersApi | undefined
  /** The same of how it takes deletes. */
  readonly deleteWays?: DeleteWays | undefined
  /** True where a GET of a manifest counts as a pull, and a HEAD does not. */
  readonly countsPulls?: boolean | undefined
}

export interface OciRequest {
  readonly method: HttpRequest['method']
  /** From `/v2/` or `/api/` on, already escaped, with its query. */
  readonly path: string
  /** Whose scope the token is for; absent for `/v2/`. */
  readonly repository?: string
  /** Of the token, where it is of no repository. */
  readonly scope?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: HttpRequest['body']
  readonly maxBodyBytes?: number
  /** Default: that of the session. */
  readonly timeoutMs?: number
  /** For manifests and blobs, which registries hand over to their storage, and for lists. */
  readonly followRedirects?: boolean
  /** Gives a 303 back instead of following it: some registries without the referrers API answer so there. */
  readonly seeOtherIsAnswer?: boolean
  /**
   * Gives a 403 back, and a 401 to a token that the realm gave for it, instead of throwing: some registries refuse so what
   * is protected, and credentials that reach everything else are not to blame.
   */
  readonly refusalIsAnswer?: boolean
}

/** `url` is where the answer came from, in the end. */
export interface OciResponse extends HttpResponse {
  readonly url: URL
}

type Send = (request: HttpRequest) => Promise<HttpResponse>

const maxRedirects = 3

/** Sends requests to one registry with its credentials, which are sent to no other host. */
export class OciSession {
  readonly host: string
  readonly endpoint: URL
  readonly countsPulls: boolean
  /** False once the registry refused a HEAD before it took any: a GET is sent at once in the place of the next. */
  takesHead: boolean | undefined
  readonly referrersApi: ReferrersApi
  readonly deleteTrust = new DeleteTrust()
  readonly deleteWays: DeleteWays
  /** What limits and rights in this registry are of. */
  readonly credentialName: string
  readonly #beforeDeletes = new Map<string, ReferrersApi>()
  readonly #now: () => Date
  readonly #http: HttpClient
  readonly #access: RenewedAccess
  readonly #actions: string
  readonly #limits: Pick<HttpRequest, 'timeoutMs' | 'signal' | 'credentialId'>

  /** `actions` are what a token is asked for; some registries delete with `push`, and know no `delete`. */
  constructor(options: OciOptions, actions: 'pull' | 'pull,push' | 'pull,push,delete') {
    this.host = options.host
    this.endpoint = requireEndpoint(options.endpoint)
    this.countsPulls = options.countsPulls ?? false
    this.#actions = actions
    this.#now = (options.clock ?? systemClock).now
    this.referrersApi = options.referrersApi ?? new ReferrersApi(this.#now)
    this.#http = withRetries(options.http ?? createRegistryPool(options), undefined, options.clock)
    this.deleteWays = options.deleteWays ?? new DeleteWays(this.#now)
    this.credentialName = nameOfCredential(options)
    this.#limits = { timeoutMs: options.timeoutMs, signal: options.signal, credentialId: this.credentialName }
    const { host, endpoint, deleteWays } = this
    const ofAll = {
      host,
      endpoint,
      realmHosts: options.realmHosts ?? [],
      http: this.#http,
      deleteWays,
      limits: this.#limits,
    }
    this.#access = new RenewedAccess(options, credential => new Authenticator({ ...ofAll, credential }))
  }

  /** What it asks with now. */
  get credential(): RegistryCredential | undefined {
    return this.#access.credential
  }

  /** By what was asked for deletions in that repository alone, and for a minute: what is lost where it is there after all. */
  referrersApiFor(repository: string): ReferrersApi {
    const known = this.#beforeDeletes.get(repository) ?? new ReferrersApi(this.#now, 60_000)
    this.#beforeDeletes.set(repository, known)
    return known
  }

  /**
   * Answers one challenge and continues with a fresh token, so that a token may expire between two pages. Where the
   * credential is refused that changed meanwhile, the request is sent again with the one of now.
   *
   * @throws AccessDeniedError (401, 403, unless they are an answer), UnavailableError (408, 429, 5xx, network), InvalidInputError (a redirect
   * where none is followed); every other status is an answer
   */
  send(request: OciRequest): Promise<OciResponse> {
    return this.#authorized(request, one => this.#http.send(one))
  }

  /** The same, with the body of a 200 handed to `use` as it comes: `used` is what that gives. */
  async receive<T>(
    request: OciRequest,
    use: (chunks: AsyncIterable<Uint8Array>) => Promise<T>,
  ): Promise<{ response: OciResponse; used?: { value: T } }> {
    let used: { value: T } | undefined
    const receive = (one: HttpRequest) =>
      this.#http.receive(one, async ({ status, headers, chunks }): Promise<HttpResponse> => {
        if (status !== 200) return { status, headers, body: await buffer(chunks) }
        used = { value: await use(chunks) }
        return { status, headers, body: Buffer.alloc(0) }
      })
    const response = await this.#authorized(request, receive)
    return { response, ...(used && { used }) }
  }

  #authorized(request: OciRequest, send: Send): Promise<OciResponse> {
    return this.#access.use(access => this.#sendWith(access, request, send))
  }

  async #sendWith({ authenticator, credential }: Access, request: OciRequest, send: Send): Promise<OciResponse> {
    const { repository } = request
    const scope = request.scope ?? (repository === undefined ? '' : `repository:${repository}:${this.#actions}`)
    const authorization = await authenticator.current(scope)
    // A name and password that are refused are wrong, while a realm has proved those for which it gave a token.
    const isRefusal = ({ status }: OciResponse, used: string | undefined): boolean => {
      const isProved = credential !== undefined && used?.startsWith('Bearer ') === true
      return request.refusalIsAnswer === true && (status === 403 || (status === 401 && isProved))
    }
    let response = await this.#exchange(request, authorization, send)
    if (isRefusal(response, authorization) && isFinalForToken(response.headers['www-authenticate'])) return response
    let used = authorization
    if (response.status === 401) {
      used = await authenticator.answer(response, scope, authorization)
      response = await this.#exchange(request, used, send)
    }
    return isRefusal(response, used) ? response : this.#allowed(request, response, credential)
  }

  /** For the registry's own API beside `/v2/`, which asks no challenge. */
  sendBasic(request: OciRequest): Promise<HttpResponse> {
    return this.#access.use(async ({ credential }) => {
      const response = await this.#exchange(request, credential && basicHeader(credential), one => this.#http.send(one))
      return this.#allowed(request, response, credential)
    })
  }

  async #exchange(request: OciRequest, authorization: string | undefined, send: Send): Promise<OciResponse> {
    let url = new URL(`${this.endpoint.origin}${this.basePath}${request.path}`)
    for (let hops = 0; ; hops++) {
      const response = await send({
        method: request.method,
        url,
        headers: { ...request.headers, ...(authorization && this.#isOwn(url) ? { authorization } : {}) },
        ...(request.body === undefined ? {} : { body: request.body }),
        maxBodyBytes: request.maxBodyBytes,
        repository: request.repository,
        ...this.#limits,
        ...(request.timeoutMs !== undefined && { timeoutMs: request.timeoutMs }),
      })
      if (!isRedirect(response.status) || (response.status === 303 && request.seeOtherIsAnswer))
        return { ...response, url }
      if (!request.followRedirects || hops === maxRedirects) throw this.#redirected(request, response)
      url = this.#nextHop(url, response)
    }
  }

  /** Authorization never leaves the registry's own scheme, host and port. */
  #isOwn(url: URL): boolean {
    return url.origin === this.endpoint.origin
  }

  #nextHop(from: URL, response: HttpResponse): URL {
    const location = response.headers.location ?? ''
    if (!URL.canParse(location, from.href))
      throw new InvalidInputError(`${this.host}: expected a redirect to an address, got ${quoted(location)}`)
    const next = new URL(location, from)
    if (next.protocol === 'http:' && this.endpoint.protocol === 'https:')
      throw new InvalidInputError(`${this.host}: expected a redirect to https, got ${quoted(next.host)} on plain http`)
    return next
  }

  #redirected(request: OciRequest, response: HttpResponse): InvalidInputError {
    const limit = request.followRedirects ? `at most ${maxRedirects} redirects` : 'no redirect'
    return new InvalidInputError(`${this.what(request)}: expected ${limit}, got another ${response.status}`)
  }

  #allowed(request: OciRequest, response: OciResponse, credential: RegistryCredential | undefined): OciResponse {
    if (response.status !== 401 && response.status !== 403) return response
    const what = `${this.what(request)}: expected access, got ${answerOf(response)}`
    throw response.status === 401 ? refusal(what, credential) : forbidden(what, credential)
  }

  /** The path prefix under which the registry lies, mostly empty. */
  get basePath(): string {
    return this.endpoint.pathname.replace(/\/+$/, '')
  }

  /** What a request is called in messages. */
  what(request: Pick<OciRequest, 'method' | 'path'>): string {
    return `${request.method} ${this.host}${request.path.split('?', 1)[0]}`
  }
}

/** Two that a registry knows by one user name share its limits. */
function nameOfCredential({ credentialId, credential }: OciOptions): string {
  if (credentialId !== undefined) return credentialId
  return credential === undefined ? anonymousCredential : `user ${credential.username}`
}

const isRedirect = (status: number): boolean => [301, 302, 303, 307, 308].includes(status)

function requireEndpoint(text: string): URL {
  if (!URL.canParse(text)) throw new InvalidInputError(`endpoint: expected an address, got ${quoted(text)}`)
  return new URL(text)
}
