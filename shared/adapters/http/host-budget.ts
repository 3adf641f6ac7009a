import PQueue from 'p-queue'
import { UnavailableError } from '../../errors.ts'
import { type HttpClient, type HttpResponse, nameOf } from './client.ts'
import { type Clock, systemClock } from './retry.ts'
import { retryAfterMsOf } from './retry-after.ts'

/** Requests at once to one host, where the settings do not say. */
export const defaultMaxConcurrentRequests = 32

/** A host that asks for a longer pause is not waited for: everything fails at once until it is over. */
const maxWaitMs = 5_000
/**
 * However long it asks for: one odd answer may not stop all requests for an hour. The request that got it is told the
 * whole time; the others are sent again after this pause, few at once.
 */
const maxPauseMs = 60_000

/**
 * How many requests may be under way at once to one host, from all its clients together. A host that is overloaded gets
 * half as many at once, and one more again after each round that went well; while it asks to be left alone, no request
 * is sent.
 */
export class HostBudget {
  readonly #max: number
  readonly #clock: Clock
  readonly #queue: PQueue
  #goodInARow = 0
  #pausedUntilMs = 0
  /** A request that began before the last cut tells nothing new. */
  #cuts = 0

  constructor(max = defaultMaxConcurrentRequests, clock: Clock = systemClock) {
    this.#max = max
    this.#clock = clock
    this.#queue = new PQueue({ concurrency: max })
  }

  /** Requests that may be under way at once now. */
  get limit(): number {
    return this.#queue.concurrency
  }

  /**
   * Runs a request when there is room for it. `askedToWait` reads from its answer, or its error, that the host is
   * overloaded, and for how long (milliseconds) it wants to be left alone if it says so.
   * @throws UnavailableError without asking, while the host wants to be left alone for long
   */
  run<T>(
    what: string,
    send: () => Promise<T>,
    askedToWait: (result: T | Error) => { readonly waitMs: number | undefined } | undefined,
    signal?: AbortSignal | undefined,
  ): Promise<T> {
    return this.#queue.add(async () => {
      await this.#waitOut(what, signal)
      const cutsBefore = this.#cuts
      const result = await send().catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))))
      const asked = askedToWait(result)
      if (asked) this.#slowDown(cutsBefore, asked.waitMs)
      else this.#speedUp()
      if (result instanceof Error) throw result
      return result
    })
  }

  async #waitOut(what: string, signal: AbortSignal | undefined): Promise<void> {
    // Again only when another answer asked to wait longer meanwhile.
    for (let waitedForMs = 0; waitedForMs < this.#pausedUntilMs; ) {
      waitedForMs = this.#pausedUntilMs
      const leftMs = waitedForMs - this.#clock.now().getTime()
      if (leftMs > maxWaitMs)
        throw new UnavailableError(`${what}: not sent, the host asks to wait ${Math.ceil(leftMs / 1000)} s more`, {
          kind: 'rate-limited',
          retryAfterMs: leftMs,
        })
      // When the time of the work is over, the client says so better.
      if (leftMs > 0) await this.#clock.sleep(leftMs, signal).catch(() => undefined)
    }
  }

  #slowDown(cutsBefore: number, waitMs: number | undefined): void {
    const nowMs = this.#clock.now().getTime()
    if (waitMs !== undefined) this.#pausedUntilMs = Math.max(this.#pausedUntilMs, nowMs + Math.min(waitMs, maxPauseMs))
    this.#goodInARow = 0
    if (cutsBefore < this.#cuts) return
    this.#cuts += 1
    this.#queue.concurrency = Math.max(1, Math.floor(this.limit / 2))
  }

  #speedUp(): void {
    if (this.limit >= this.#max) return
    this.#goodInARow += 1
    if (this.#goodInARow < this.limit) return
    this.#goodInARow = 0
    this.#queue.concurrency = this.limit + 1
  }
}

/** A client whose requests to each host count against the budget that `budgetOf` gives for it. */
export const withHostBudget = (
  client: HttpClient,
  budgetOf: (host: string) => HostBudget,
  clock: Clock = systemClock,
): HttpClient => ({
  send: request =>
    budgetOf(request.url.host).run(
      nameOf(request),
      () => client.send(request),
      result => overloadOf(result, clock.now()),
      request.signal,
    ),
  close: () => client.close(),
})

/** 429 says it; 503 says it only with a time, since a broken server gives 503 too. */
function overloadOf(result: HttpResponse | Error, now: Date): { readonly waitMs: number | undefined } | undefined {
  if (result instanceof Error) return undefined
  const waitMs = retryAfterMsOf(result.headers, now)
  return result.status === 429 || (result.status === 503 && waitMs !== undefined) ? { waitMs } : undefined
}
