import PQueue from 'p-queue'
import { UnavailableError } from '../../errors.ts'
import { type HttpClient, type HttpRequest, type HttpResponse, nameOf } from './client.ts'
import { type Asker, Pauses } from './pauses.ts'
import { type Clock, systemClock } from './retry.ts'
import { retryAfterMsOf } from './retry-after.ts'

/** Requests at once to one host, where the settings do not say. */
export const defaultMaxConcurrentRequests = 32

/** A host that asks for a longer pause is not waited for: everything fails at once until it is over. */
const maxWaitMs = 5_000
/**
 * However long it asks for: one odd answer may not stop all requests for an hour. The error of the request that got it
 * has the whole time; the others are sent again after this pause, few at once.
 */
const maxPauseMs = 60_000

/** One request as a budget sees it. */
export interface BudgetedRequest<T> extends Asker {
  /** Names it in messages. */
  readonly what: string
  readonly send: () => Promise<T>
  /**
   * Reads from its answer, or its error, that the host is overloaded, and for how long (milliseconds) it wants to be left
   * alone if it says so.
   */
  readonly askedToWait: (result: T | Error) => { readonly waitMs: number | undefined } | undefined
  /** True for an answer that shows that the host takes such requests; default: none does. */
  readonly isTaken?: (result: T) => boolean
  readonly signal?: AbortSignal | undefined
}

type Waiting = Pick<BudgetedRequest<unknown>, 'what' | 'signal'>

/**
 * How many requests may be under way at once to one host, from all its clients together. A host that is overloaded gets
 * half as many at once, and one more again after each round that went well. Where it asks to be left alone, no request
 * is sent about the repository that it said so of, with that credential; see {@link Pauses} for when it is more.
 */
export class HostBudget {
  readonly #max: number
  readonly #clock: Clock
  readonly #queue: PQueue
  readonly #pauses = new Pauses()
  #goodInARow = 0
  /** A request that began before the last cut says nothing new. */
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
   * Runs a request when there is room for it.
   * @throws UnavailableError, `isUnsent`, without asking, while the host wants to be left alone for long
   */
  async run<T>(request: BudgetedRequest<T>): Promise<T> {
    for (;;) {
      // Outside of the queue: the room is for the other repositories meanwhile.
      await this.#waitOut(request, () => this.#pauses.ofRepository(request))
      const sent = await this.#queue.add(async () => {
        await this.#waitOut(request, () => this.#pauses.ofHost(request))
        const mustWait = this.#leftMs(this.#pauses.ofRepository(request)) > 0
        return mustWait ? undefined : { result: await this.#send(request) }
      })
      if (sent) return sent.result
    }
  }

  async #send<T>(request: BudgetedRequest<T>): Promise<T> {
    const { send, askedToWait, isTaken } = request
    const cutsBefore = this.#cuts
    const result = await send().catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))))
    const asked = askedToWait(result)
    if (asked) this.#slowDown(cutsBefore, asked.waitMs, request)
    else this.#speedUp()
    if (result instanceof Error) throw result
    if (!asked && isTaken?.(result)) this.#pauses.answered(request)
    return result
  }

  #leftMs(untilMs: number): number {
    return untilMs - this.#clock.now().getTime()
  }

  async #waitOut({ what, signal }: Waiting, pausedUntilMs: () => number): Promise<void> {
    // Again only when another answer asked to wait longer meanwhile.
    for (let waitedForMs = 0; waitedForMs < pausedUntilMs(); ) {
      waitedForMs = pausedUntilMs()
      const leftMs = this.#leftMs(waitedForMs)
      if (leftMs > maxWaitMs)
        throw new UnavailableError(`${what}: not sent, the host asks to wait ${Math.ceil(leftMs / 1000)} s more`, {
          kind: 'rate-limited',
          retryAfterMs: leftMs,
          isUnsent: true,
        })
      // When the time of the work is over, the client says so better.
      if (leftMs > 0) await this.#clock.sleep(leftMs, signal).catch(() => undefined)
    }
  }

  #slowDown(cutsBefore: number, waitMs: number | undefined, asker: Asker): void {
    const nowMs = this.#clock.now().getTime()
    if (waitMs !== undefined) this.#pauses.add(asker, nowMs + Math.min(waitMs, maxPauseMs), nowMs)
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

/**
 * A client whose requests to each host count against the budget that `budgetOf` gives for it, a streamed one until its
 * body is read.
 */
export function withHostBudget(
  client: HttpClient,
  budgetOf: (host: string) => HostBudget,
  clock: Clock = systemClock,
): HttpClient {
  const run = <T>(request: HttpRequest, send: () => Promise<T>, answerOf: (result: T | Error) => Answer | undefined) =>
    budgetOf(request.url.host).run({
      what: nameOf(request),
      send,
      askedToWait: result => overloadOf(answerOf(result), clock.now()),
      // A token says nothing of what it is for, and may have another limit.
      isTaken: result => (answerOf(result)?.status ?? 0) < 400 && !request.isForToken,
      signal: request.signal,
      repository: request.repository,
      credentialId: request.credentialId,
    })
  return {
    send: request =>
      run(
        request,
        () => client.send(request),
        answer => (answer instanceof Error ? undefined : answer),
      ),
    receive: async (request, use) => {
      let answer: Answer | undefined
      const receive = () =>
        client.receive(request, came => {
          answer = { status: came.status, headers: came.headers }
          return use(came)
        })
      return run(request, receive, () => answer)
    },
    close: () => client.close(),
  }
}

type Answer = Pick<HttpResponse, 'status' | 'headers'>

/** 429 says it; 503 says it only with a time, since a broken server gives 503 too. */
function overloadOf(answer: Answer | undefined, now: Date): { readonly waitMs: number | undefined } | undefined {
  if (answer === undefined) return undefined
  const waitMs = retryAfterMsOf(answer.headers, now)
  return answer.status === 429 || (answer.status === 503 && waitMs !== undefined) ? { waitMs } : undefined
}
