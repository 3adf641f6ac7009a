import { setTimeout as wait } from 'node:timers/promises'
import { UnavailableError } from '../../errors.ts'
import { type HttpClient, type HttpRequest, type HttpResponse, nameOf } from './client.ts'
import { unavailableKindOf } from './failures.ts'
import { retryAfterMsOf } from './retry-after.ts'
import { isStreamed } from './streamed-body.ts'

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

export interface RetryRules {
  readonly policy: RetryPolicy
  readonly clock: Clock
  readonly mayRetry: (error: UnavailableError) => boolean
  readonly budget?: RetryBudget
  /** Ends the waiting between two tries. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Does it again after each UnavailableError that may be retried, with exponential, jittered delays, and not before the
 * server's own Retry-After. Throws the last error when the tries, the time or the budget are used up.
 */
export async function retrying<T>(attempt: () => Promise<T>, rules: RetryRules): Promise<T> {
  const { policy, clock, budget } = rules
  const startedAt = clock.now().getTime()
  for (let tries = 1; ; tries++) {
    try {
      const result = await attempt()
      budget?.giveBack()
      return result
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error
      const delayMs = delayOf(error, tries, policy, clock)
      const isLate = clock.now().getTime() + delayMs - startedAt > policy.deadlineMs
      const isTooLong = (error.retryAfterMs ?? 0) > policy.maxRetryAfterMs
      if (!rules.mayRetry(error) || isTooLong || tries >= policy.tries || isLate || budget?.take() === false)
        throw error
      await sleepOrThrow(clock, delayMs, rules.signal, error)
    }
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
    send: request =>
      retrying(() => sendOnce(client, request, clock), {
        policy,
        clock,
        budget,
        mayRetry: error => mayRetry(request, error),
        signal: request.signal,
      }),
    receive: (request, use) => {
      // Who has begun to read has seen some of it, and alone can begin anew.
      let isBegun = false
      const receive = () =>
        client.receive(request, answer => {
          refuseUnavailable(request, answer, clock)
          isBegun = true
          return use(answer)
        })
      const rule = (error: UnavailableError) => !isBegun && mayRetry(request, error)
      return retrying(receive, { policy, clock, budget, mayRetry: rule, signal: request.signal })
    },
    close: () => client.close(),
  }
}

async function sendOnce(client: HttpClient, request: HttpRequest, clock: Clock): Promise<HttpResponse> {
  const response = await client.send(request)
  refuseUnavailable(request, response, clock)
  return response
}

type Answer = Pick<HttpResponse, 'status' | 'headers'>

function refuseUnavailable(request: HttpRequest, { status, headers }: Answer, clock: Clock): void {
  const kind = unavailableKindOf(status)
  if (kind === undefined) return
  const retryAfterMs = retryAfterMsOf(headers, clock.now())
  throw new UnavailableError(`${nameOf(request)}: expected an answer, got ${status}`, { kind, retryAfterMs })
}

/** Some of it may be stored, which the same request does not follow. */
const hasStream = ({ body }: HttpRequest): boolean => body !== undefined && isStreamed(body)

/** A host that stalls would keep the caller waiting as long again: others wait meanwhile. */
const mayRetry = (request: HttpRequest, error: UnavailableError): boolean =>
  request.method !== 'POST' &&
  !hasStream(request) &&
  !request.signal?.aborted &&
  error.kind !== 'tls' &&
  error.stalled === undefined

function delayOf(error: UnavailableError, tries: number, policy: RetryPolicy, clock: Clock): number {
  const exponential = Math.min(policy.maxDelayMs, policy.firstDelayMs * 2 ** (tries - 1))
  const jittered = exponential * (0.5 + clock.random() / 2)
  return Math.max(jittered, error.retryAfterMs ?? 0)
}

async function sleepOrThrow(
  clock: Clock,
  ms: number,
  signal: AbortSignal | undefined,
  error: UnavailableError,
): Promise<void> {
  try {
    await clock.sleep(ms, signal)
  } catch {
    throw error
  }
}
