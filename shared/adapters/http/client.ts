import { Agent as HttpAgent, type IncomingHttpHeaders, type IncomingMessage, request as requestHttp } from 'node:http'
import { Agent as HttpsAgent, request as requestHttps } from 'node:https'
import { getCACertificates } from 'node:tls'
import { InvalidInputError, UnavailableError } from '../../errors.ts'
import { type AddressGuard, createAddressGuard } from './address-guard.ts'
import { readBody } from './body.ts'
import { connectionFailure } from './failures.ts'
import { RequestTimer } from './request-timer.ts'
import { chunksOf, type StreamedAnswer } from './streamed-answer.ts'
import { isStreamed, type StreamedBody, sendStreamed } from './streamed-body.ts'

export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE'
  readonly url: URL
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array | StreamedBody
  /** Default 4 MiB. */
  readonly maxBodyBytes?: number | undefined
  /**
   * For connecting, headers and body together; default 30 s. Waiting for a free socket is not counted, and nor is a body
   * that is streamed: that only must not stall.
   */
  readonly timeoutMs?: number | undefined
  readonly signal?: AbortSignal | undefined
  /** The repository that it is about: where the host asks to wait, others of it need not. Absent: all of them. */
  readonly repository?: string | undefined
  /** Names the credential that it is sent with, and never holds it: another need not wait either. */
  readonly credentialId?: string | undefined
  /** It asks for a token, and not for what the token is for. */
  readonly isForToken?: boolean | undefined
}

export interface HttpResponse {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** Sends one request over a pool of kept-alive sockets; the answer is whole or a throw, and redirects are answers. */
export interface HttpClient {
  /**
   * @throws UnavailableError for DNS, TLS, reset, timeout and a short body; InvalidInputError for a body above the
   * limit and for an address that is refused
   */
  send(request: HttpRequest): Promise<HttpResponse>
  /**
   * Hands the body to `use` as it comes, of at most `maxBodyBytes`, and holds the connection until that ends. What `use`
   * throws passes as it is; what goes wrong with the body is thrown where it is read, as `send` throws it.
   */
  receive<T>(request: HttpRequest, use: (answer: StreamedAnswer) => Promise<T>): Promise<T>
  close(): void
}

export interface HttpClientOptions {
  /**
   * `host` or `host:port` that the settings name: only these may lie on loopback or link-local addresses. `all` where
   * no address comes from outside.
   */
  readonly trustedHosts: readonly string[] | 'all'
  /** Refuses private addresses too, to all but `trustedHosts`. */
  readonly refusePrivateAddresses?: boolean | undefined
  /** PEM; joins the certificates that Node trusts anyway. */
  readonly ca?: string | undefined
  /** Accepts any certificate. */
  readonly insecure?: boolean | undefined
  /** For each host; default 16. */
  readonly maxSockets?: number
  /** Without a byte for so long, or below 1 KB/s over it, a request ends, whatever its own time is; default 15 s. */
  readonly stallMs?: number | undefined
}

const defaultTimeoutMs = 30_000
const defaultMaxBodyBytes = 4 * 1024 * 1024
const idleSocketMs = 15_000
const defaultStallMs = 15_000

export function createHttpClient(options: HttpClientOptions): HttpClient {
  const pool = { keepAlive: true, maxSockets: options.maxSockets ?? 16, timeout: idleSocketMs }
  const plain = new HttpAgent(pool)
  const secure = new HttpsAgent({ ...pool, ...trustOf(options) })
  const isTrusted = trustIn(options.trustedHosts)
  const addressGuard = createAddressGuard({ refusePrivate: options.refusePrivateAddresses ?? false })
  const pathOf = (url: URL): Path => {
    refuseOddUrl(url)
    const guard = isTrusted(url) ? undefined : addressGuard
    guard?.refuseLiteral(url)
    return { agent: url.protocol === 'https:' ? secure : plain, guard, stallMs: options.stallMs ?? defaultStallMs }
  }
  return {
    send: async request => exchange(request, pathOf(request.url)),
    receive: async (request, use) => receive(request, pathOf(request.url), use),
    close() {
      plain.destroy()
      secure.destroy()
    },
  }
}

const trustOf = (options: HttpClientOptions): object => ({
  ...(options.ca === undefined ? {} : { ca: [...getCACertificates('default'), options.ca] }),
  ...(options.insecure ? { rejectUnauthorized: false } : {}),
})

function trustIn(hosts: HttpClientOptions['trustedHosts']): (url: URL) => boolean {
  if (hosts === 'all') return () => true
  const trusted = new Set(hosts.map(host => host.toLowerCase()))
  return url => {
    const port = url.port || (url.protocol === 'https:' ? '443' : '80')
    return trusted.has(url.host) || trusted.has(`${url.hostname}:${port}`)
  }
}

function refuseOddUrl(url: URL): void {
  const odd = !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '' || url.port === '0'
  if (odd)
    throw new InvalidInputError(
      `expected an http or https address without user and with a port above 0, got ${url.protocol}//${url.host}`,
    )
}

/** What a request is called in messages. The query stays out: pre-signed addresses carry their secret there. */
export const nameOf = (request: HttpRequest): string =>
  `${request.method} ${request.url.protocol}//${request.url.host}${request.url.pathname}`

/** How a request gets to its host. */
interface Path {
  readonly agent: HttpAgent
  readonly guard: AddressGuard | undefined
  readonly stallMs: number
}

/** A request under way, and how its failures are told. */
function begin(request: HttpRequest, path: Path) {
  const what = nameOf(request)
  const timer = new RequestTimer({ timeoutMs: request.timeoutMs ?? defaultTimeoutMs, stallMs: path.stallMs, what })
  const limits = {
    onBytes: (sizeBytes: number) => timer.received(sizeBytes),
    maxBytes: request.maxBodyBytes ?? defaultMaxBodyBytes,
    what,
    isHead: request.method === 'HEAD',
  }
  const translate = (error: unknown): Error =>
    request.signal?.aborted ? abortedError(request.signal, what) : (timer.expired ?? connectionFailure(what, error))
  return { timer, limits, translate }
}

async function exchange(request: HttpRequest, path: Path): Promise<HttpResponse> {
  const { timer, limits, translate } = begin(request, path)
  try {
    const response = await answerOf(request, path, timer)
    const body = await readBody(response, limits)
    return { status: response.statusCode ?? 0, headers: response.headers, body }
  } catch (error) {
    throw translate(error)
  } finally {
    timer.stop()
  }
}

async function receive<T>(request: HttpRequest, path: Path, use: (answer: StreamedAnswer) => Promise<T>): Promise<T> {
  const { timer, limits, translate } = begin(request, path)
  let response: IncomingMessage | undefined
  try {
    response = await answerOf(request, path, timer).catch((error: unknown) => {
      throw translate(error)
    })
    timer.isStreamed()
    const chunks = chunksOf(response, timer, { ...limits, translate })
    return await use({ status: response.statusCode ?? 0, headers: response.headers, chunks })
  } finally {
    timer.stop()
    // Of one that was read to its end the socket is free already.
    response?.destroy()
  }
}

const abortedError = (signal: AbortSignal, what: string): UnavailableError =>
  new UnavailableError(`${what}: the time for this work was over`, {
    kind: 'timeout',
    isOverdue: true,
    cause: signal.reason,
  })

function answerOf(request: HttpRequest, { agent, guard }: Path, timer: RequestTimer): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const send = request.url.protocol === 'https:' ? requestHttps : requestHttp
    const { body } = request
    const outgoing = send(request.url, {
      method: request.method,
      headers: { 'user-agent': 'shelflife', 'accept-encoding': 'identity', ...lengthOf(request), ...request.headers },
      agent,
      ...(guard ? { lookup: guard.lookup } : {}),
      ...(request.signal ? { signal: request.signal } : {}),
    })
    outgoing.once('socket', () => timer.start(error => outgoing.destroy(error)))
    outgoing.once('error', reject)
    outgoing.once('response', response => {
      timer.answered(error => response.destroy(error))
      resolve(response)
    })
    if (body && isStreamed(body)) {
      sendStreamed(body, outgoing, timer).catch(reject)
      return
    }
    if (body) outgoing.once('finish', () => timer.sent())
    outgoing.end(body)
  })
}

const lengthOf = ({ method, body }: HttpRequest): Record<string, string> =>
  method === 'PUT' || method === 'POST' ? { 'content-length': String(bytesOf(body)) } : {}

const bytesOf = (body: HttpRequest['body']): number => {
  if (body === undefined) return 0
  return isStreamed(body) ? body.sizeBytes : body.byteLength
}
