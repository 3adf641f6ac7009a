import { setTimeout as wait } from 'node:timers/promises'
import { UnavailableError } from '../../errors.ts'
import { type HttpClient, type HttpRequest, type HttpResponse, nameOf } from './client.ts'
import { retryAfterMsOf } from './retry-after.ts'

export interface Clock {
  now(): Date
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** From 0 to 1. */
  random(): number
}

export const systemClock: Clock = {
  now: () => new Date(),
  sleep: (ms, signal) => wait(ms, undefined, signal ? { signal } : {}),
  random: Math.random,
}

export interface RetryPolicy {
  /** Tries of one request, the first included. */
  readonly tries: number
  readonly firstDelayMs: number
  readonly maxDelayMs: number
  /** A server that asks to wait longer is not waited for: the caller puts the work back instead. */
  readonly maxRetryAfterMs: number
  /** Nothing is tried again later than this after the first try began. */
  readonly deadlineMs: number
}

export const defaultRetryPolicy: RetryPolicy = {
  tries: 3,
  firstDelayMs: 200,
  maxDelayMs: 5_000,
  maxRetryAfterMs: 5_000,
  deadlineMs: 60_000,
}

/**
 * Retries that all requests of one client share: each takes one, each success gives a tenth back. A registry that is
 * down is thus asked a few times more and not three times for each of ten thousand tags.
 */
export class RetryBudget {
  #left: number
  readonly #capacity: number

  constructor(capacity = 20) {
    this.#capacity = capacity
    this.#left = capacity
  }

  take(): boolean {
    if (this.#left < 1) return false
    this.#left -= 1
    return true
  }

  giveBack(): void {
    this.#left = Math.min(this.#capacity, this.#left + 0.1)
  }
}

/**
 * A client that tries idempotent requests again after 408, 429, 5xx and failures of the network, with exponential,
 * jittered delays and Retry-After. 408, 429 and 5xx never reach its caller as responses.
 *
 * @throws UnavailableError with `retryAfterMs` when the server said how long
 */
export function withRetries(
  client: HttpClient,
  policy: RetryPolicy = defaultRetryPolicy,
  clock: Clock = systemClock,
  budget: RetryBudget = new RetryBudget(),
): HttpClient {
  return {
    async send(request) {
      const startedAt = clock.now().getTime()
      for (let attempt = 1; ; attempt++) {
        const result = await sendOnce(client, request, clock)
        if (!(result instanceof UnavailableError)) {
          budget.giveBack()
          return result
        }
        const delayMs = delayOf(result, attempt, policy, clock)
        const late = clock.now().getTime() + delayMs - startedAt > policy.deadlineMs
        if (!mayRetry(request, result, policy) || attempt >= policy.tries || late || !budget.take()) throw result
        await sleepOrThrow(clock, delayMs, request, result)
      }
    },
    close: () => client.close(),
  }
}

async function sendOnce(
  client: HttpClient,
  request: HttpRequest,
  clock: Clock,
): Promise<HttpResponse | UnavailableError> {
  try {
    const response = await client.send(request)
    return isTransient(response.status) ? transientError(request, response, clock.now()) : response
  } catch (error) {
    if (error instanceof UnavailableError) return error
    throw error
  }
}

const isTransient = (status: number): boolean => status === 408 || status === 429 || (status >= 500 && status !== 501)

function transientError(request: HttpRequest, response: HttpResponse, now: Date): UnavailableError {
  const kind = response.status === 429 ? 'rate-limited' : response.status === 408 ? 'timeout' : 'server'
  const retryAfterMs = retryAfterMsOf(response.headers, now)
  return new UnavailableError(`${nameOf(request)}: expected an answer, got ${response.status}`, { kind, retryAfterMs })
}

function mayRetry(request: HttpRequest, error: UnavailableError, policy: RetryPolicy): boolean {
  if (request.method === 'POST' || request.signal?.aborted) return false
  return error.kind !== 'tls' && (error.retryAfterMs ?? 0) <= policy.maxRetryAfterMs
}

function delayOf(error: UnavailableError, attempt: number, policy: RetryPolicy, clock: Clock): number {
  const exponential = Math.min(policy.maxDelayMs, policy.firstDelayMs * 2 ** (attempt - 1))
  const jittered = exponential * (0.5 + clock.random() / 2)
  return Math.max(jittered, error.retryAfterMs ?? 0)
}

async function sleepOrThrow(clock: Clock, ms: number, request: HttpRequest, error: UnavailableError): Promise<void> {
  try {
    await clock.sleep(ms, request.signal)
  } catch {
    throw error
  }
}
