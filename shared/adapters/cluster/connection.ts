import { once } from 'node:events'
import http, { type IncomingMessage } from 'node:http'
import https from 'node:https'
import { findJson } from '../../domain/json.ts'
import type { UnavailableError } from '../../errors.ts'
import { defaultRetryPolicy, retrying, systemClock } from '../http/retry.ts'
import { retryAfterMsOf } from '../http/retry-after.ts'
import type { ApiServer } from './api-server.ts'
import { type EksReach, EksServers } from './eks-servers.ts'
import { ApiAnswerError, errorOfAnswer, errorOfGarbage, errorOfTransport, type FailedCall } from './errors.ts'
import { KubeconfigServers } from './kubeconfig-servers.ts'
import { RenewedServer } from './renewed-server.ts'
import { rightText } from './right-text.ts'
import type { ServerSource } from './server-source.ts'

/** One call of the Kubernetes API. `action` says in words what it is for, `list pods`, and stands in error messages. */
export interface ApiCall {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly action: string
  readonly query?: Readonly<Record<string, string | undefined>>
  readonly body?: unknown
  /** Default `application/json`. */
  readonly accept?: string
  /** Who grants the right to it, for the message of a 403; default `as infra/cluster/rbac.yaml does`. */
  readonly grant?: string
  readonly contentType?: 'application/json' | 'application/merge-patch+json' | 'application/apply-patch+yaml'
}

/** The way to one API server. Reads are tried again a few times; writes never are. */
export interface Connection {
  readonly cluster: string
  /** Recorded by the server as the owner of the fields that we write. */
  readonly fieldManager: string
  /** The parsed body of a 2xx answer; the error families for anything else. */
  call(call: ApiCall): Promise<unknown>
  /**
   * The body of a 2xx answer as it comes in; the error families for anything else. The limits and repeats are those of
   * `call` until the body begins; from then on it lasts as long as `signal` and the caller let it.
   */
  open(call: ApiCall, signal?: AbortSignal): Promise<IncomingMessage>
}

interface ByKubeconfig {
  /** The YAML text, not a path. */
  readonly kubeconfig: string
  /** The text as it is now, for when the server refuses that above or is not to be reached with it. Absent: nothing can. */
  readonly renewKubeconfig?: (() => Promise<string | undefined>) | undefined
  readonly eks?: undefined
}

interface ByEks {
  readonly eks: EksReach
  readonly kubeconfig?: undefined
  readonly renewKubeconfig?: undefined
}

interface AnyConnection {
  readonly name: string
  /** For one call with its whole answer, or until the body of a stream begins; default 15 s. */
  readonly timeoutMs?: number | undefined
  /** Default `shelflife`. */
  readonly fieldManager?: string | undefined
  /** Wait before the first repeat of a failed read, doubled for the next; default 250 ms. */
  readonly retryDelayMs?: number | undefined
  /** The clock of tokens; default the machine's. */
  readonly now?: () => Date
}

export type ConnectionOptions = AnyConnection & (ByKubeconfig | ByEks)

interface Limits {
  readonly timeoutMs: number
  readonly retryDelayMs: number
}

const longestAnswerBytes = 64 * 1024 * 1024

/** @throws InvalidInputError when the kubeconfig cannot be used. Makes no call yet. */
export function createConnection(options: ConnectionOptions): Connection {
  const renewed = new RenewedServer(sourceOf(options))
  const limits = { timeoutMs: options.timeoutMs ?? 15_000, retryDelayMs: options.retryDelayMs ?? 250 }
  const policy = { ...defaultRetryPolicy, firstDelayMs: limits.retryDelayMs }
  const retryRules = { policy, clock: systemClock, mayRetry: isWorthRepeating }
  const named = (call: ApiCall) => ({ ...call, cluster: options.name, right: rightText(call) })
  const callOnce = (call: ApiCall) => renewed.use(named(call), server => callServer(named(call), server, limits))
  const openOnce = (call: ApiCall, signal?: AbortSignal) =>
    renewed.use(named(call), server => openStream(named(call), server, limits, signal))
  return {
    cluster: options.name,
    fieldManager: options.fieldManager ?? 'shelflife',
    call: call => (call.method === 'GET' ? retrying(() => callOnce(call), retryRules) : callOnce(call)),
    open: (call, signal) => retrying(() => openOnce(call, signal), { ...retryRules, signal }),
  }
}

const sourceOf = ({
  name,
  eks,
  kubeconfig,
  renewKubeconfig,
  now = () => new Date(),
}: ConnectionOptions): ServerSource =>
  eks === undefined ? new KubeconfigServers(name, kubeconfig, renewKubeconfig) : new EksServers(name, eks, now)

// Not a timeout, which has already cost its time, and not a 429, which asks for less: those go back to the schedule.
const isWorthRepeating = (error: UnavailableError): boolean =>
  (error.kind === 'network' || error.kind === 'server') &&
  !(error.cause instanceof ApiAnswerError && error.cause.status < 500)

async function callServer(call: ApiCall & FailedCall, server: ApiServer, limits: Limits): Promise<unknown> {
  const options = await server.requestOptions()
  const signal = AbortSignal.timeout(limits.timeoutMs)
  const answer = await send(call, server, { ...options, signal })
    .then(response => readAnswer(response, call))
    .catch(error => {
      throw errorOfTransport(call, server.host, error, signal.aborted)
    })
  if (!isSuccess(answer.status)) throw errorOfRefusal(call, answer)
  const body = findJson(answer.text)
  if (body === undefined) throw errorOfGarbage(call, 'JSON')
  return body
}

async function openStream(
  call: ApiCall & FailedCall,
  server: ApiServer,
  limits: Limits,
  signal?: AbortSignal,
): Promise<IncomingMessage> {
  const options = await server.requestOptions()
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(), limits.timeoutMs)
  const ended = signal ? AbortSignal.any([signal, late.signal]) : late.signal
  try {
    const response = await send(call, server, { ...options, signal: ended })
    if (isSuccess(response.statusCode ?? 0)) return response
    throw errorOfRefusal(call, await readAnswer(response, call))
  } catch (error) {
    throw errorOfTransport(call, server.host, error, late.signal.aborted)
  } finally {
    clearTimeout(timer)
  }
}

interface Answer {
  readonly status: number
  readonly retryAfterMs: number | undefined
  readonly answeredAt: Date | undefined
  readonly text: string
}

const isSuccess = (status: number): boolean => status >= 200 && status <= 299

const errorOfRefusal = (call: FailedCall, { status, text, retryAfterMs, answeredAt }: Answer): Error =>
  errorOfAnswer(call, new ApiAnswerError(status, findJson(text), answeredAt), retryAfterMs)

/** The response with its headers; the body is still to come. */
async function send(
  call: ApiCall & FailedCall,
  server: ApiServer,
  options: https.RequestOptions,
): Promise<IncomingMessage> {
  const url = new URL(server.url + call.path)
  for (const [name, value] of Object.entries(call.query ?? {}))
    if (value !== undefined) url.searchParams.set(name, value)
  const payload = call.body === undefined ? undefined : JSON.stringify(call.body)
  const headers = { ...options.headers, ...headersOf(call, payload) }
  const request = (url.protocol === 'https:' ? https : http).request(url, { ...options, method: call.method, headers })
  // An abort after the headers is reported by the body as well; without a listener this one would end the process.
  request.on('error', () => undefined)
  request.end(payload)
  const [response]: IncomingMessage[] = await once(request, 'response')
  if (response === undefined) throw new Error('a response event without its response')
  return response
}

const readAnswer = async (response: IncomingMessage, call: FailedCall): Promise<Answer> => ({
  status: response.statusCode ?? 0,
  retryAfterMs: retryAfterMsOf(response.headers, new Date()),
  answeredAt: dateOf(response.headers.date),
  text: await readText(response, call),
})

function dateOf(text: string | undefined): Date | undefined {
  const ms = Date.parse(text ?? '')
  return Number.isNaN(ms) ? undefined : new Date(ms)
}

const headersOf = (call: ApiCall, payload: string | undefined): http.OutgoingHttpHeaders => ({
  accept: call.accept ?? 'application/json',
  'user-agent': 'shelflife',
  ...(payload !== undefined && {
    'content-type': call.contentType ?? 'application/json',
    'content-length': Buffer.byteLength(payload),
  }),
})

async function readText(response: IncomingMessage, call: FailedCall): Promise<string> {
  const chunks: Buffer[] = []
  let sizeBytes = 0
  for await (const chunk of response) {
    sizeBytes += chunk.length
    if (sizeBytes > longestAnswerBytes) throw errorOfGarbage(call, `an answer of at most ${longestAnswerBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
