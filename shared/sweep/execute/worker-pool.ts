import pMap from 'p-map'
import { UnavailableError } from '../../errors.ts'

/** Why a sweep ended. */
export interface Stop {
  readonly message: string
  /** How long the registry asks to wait; absent where it did not say. */
  readonly retryAfterMs?: number
  /** True when nothing was done and looking again soon would change nothing. */
  readonly isIdle?: boolean
  /** True where the repository was left as it is, since something could not be read or may not be done. */
  readonly isProblem?: boolean
}

/** For an answer of the registry, or none: says `what` happened, and keeps how long the registry asks to wait. */
export const stopAfter = (what: string, error: Error): Stop => ({
  message: `stopped, ${what}: ${error.message}`,
  ...(error instanceof UnavailableError && error.retryAfterMs !== undefined && { retryAfterMs: error.retryAfterMs }),
})

/** How the work on one image ended, as far as it concerns the others. */
export type Ending =
  | { readonly outcome: string }
  | { readonly outcome: 'failed'; readonly message: string; readonly isError: boolean }
  | ({ readonly outcome: 'stopped' } & Stop)

/** Images at once. How many requests that makes at once is the budget of the host. */
const concurrencyByDefault = 64
/** A registry or a credential that fails so often in a row fails for all: the rest is left alone. */
const maxErrorsInARow = 5

/**
 * Works on many images at once until something says stop or fails. Nothing is under way any more when a call returns:
 * only then may the lease be given back.
 */
export class WorkerPool {
  readonly #stopReason: () => Promise<string | undefined>
  readonly #concurrency: number
  #errorsInARow = 0
  #stop: Stop | undefined
  #failure: { readonly error: unknown } | undefined

  constructor(stopReason: () => Promise<string | undefined>, concurrency = concurrencyByDefault) {
    this.#stopReason = stopReason
    this.#concurrency = concurrency
  }

  /** Why it stopped; undefined when it did not. What was not begun then is untouched. Throws the first failure. */
  async run<T>(items: readonly T[], work: (item: T) => Promise<Ending | undefined>): Promise<Stop | undefined> {
    await pMap(items, item => this.#take(item, work), { concurrency: this.#concurrency })
    if (this.#failure) throw this.#failure.error
    return this.#stop
  }

  /** Never rejects, so that the others come to their end. */
  async #take<T>(item: T, work: (item: T) => Promise<Ending | undefined>): Promise<void> {
    if (this.#stop || this.#failure) return
    try {
      const message = await this.#stopReason()
      if (message !== undefined) this.#stop ??= { message }
      else this.#note(await work(item))
    } catch (error) {
      this.#failure ??= { error }
    }
  }

  #note(ending: Ending | undefined): void {
    if (ending && 'isError' in ending && ending.isError) {
      this.#errorsInARow += 1
      if (this.#errorsInARow >= maxErrorsInARow)
        this.#stop ??= { message: `stopped after ${this.#errorsInARow} failures in a row: ${ending.message}` }
    } else if (ending && 'message' in ending && ending.outcome === 'stopped') {
      const { outcome: _, ...stop } = ending
      this.#stop ??= stop
    } else if (ending) {
      this.#errorsInARow = 0
    }
  }
}
