import { UnavailableError } from '../errors.ts'

/** What a registry may fail for one entry of a list alone. Other kinds are of the registry, or of the way to it. */
const kindsOfOne: readonly string[] = ['server', 'timeout', 'network']
/** Failures beyond the successes so far, at which a registry is taken to be down: the rest is not asked for. */
const maxAhead = 8

const isOfOne = (error: unknown): error is UnavailableError =>
  error instanceof UnavailableError && kindsOfOne.includes(error.kind)

type Attempt<T> = { readonly value: T } | { readonly failure: UnavailableError }

/** Tells a registry that fails for a few entries of a list from one that is down. */
export class Tolerance {
  #failed = 0
  #succeeded = 0
  #first: UnavailableError | undefined
  readonly #signal: AbortSignal | undefined

  /** `signal`: once the time of the sync is over, what fails is of the sync. */
  constructor(signal?: AbortSignal) {
    this.#signal = signal
  }

  /**
   * What `read` answers, or the failure of this one.
   * @throws UnavailableError where it is not of this one alone
   */
  async attempt<T>(read: () => Promise<T>): Promise<Attempt<T>> {
    try {
      const value = await read()
      this.#succeeded++
      return { value }
    } catch (error) {
      if (!isOfOne(error) || this.#signal?.aborted) throw error
      this.#first ??= error
      if (++this.#failed > this.#succeeded + maxAhead) throw this.#first
      return { failure: error }
    }
  }

  /** @throws UnavailableError the first, where more failed than succeeded, here and in `other` answers of the same sync */
  end(other = 0): void {
    if (this.#first && this.#failed > this.#succeeded + other) throw this.#first
  }
}

/** The same of a name that may be none: however many of those fail, that says nothing about the registry. */
export async function attemptGuess<T>(read: () => Promise<T>, signal: AbortSignal | undefined): Promise<Attempt<T>> {
  try {
    return { value: await read() }
  } catch (error) {
    if (!isOfOne(error) || signal?.aborted) throw error
    return { failure: error }
  }
}
