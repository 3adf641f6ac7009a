import { AccessDeniedError, InvalidInputError } from '../../errors.ts'

/** In the place of an answer that a registry's own API does not give this credential. */
export const notTold = Symbol('not told by the API of the registry')

/** What is asked: rights to list images and to read one may be two. */
type Right = 'list' | 'read'

/**
 * Asks a registry's own API, as far as it answers: what works with the plain registry API alone goes on working. Where a
 * credential was refused in a `scope` (a project, an organisation) it is not asked there again, and nowhere where no such
 * API is.
 */
export class OwnApi {
  readonly #refused = new Set<string>()
  readonly #findOut: () => Promise<boolean>
  #isThere: boolean | undefined

  /** `isThere` is asked first, until it answers; default: it is. */
  constructor(isThere: () => Promise<boolean> = async () => true) {
    this.#findOut = isThere
  }

  /** `notTold` for what is refused, and for an answer that is none of the API's. UnavailableError passes. */
  async ask<T>(scope: string, right: Right, send: () => Promise<T>): Promise<T | typeof notTold> {
    const key = `${right} ${scope}`
    if (this.#refused.has(key)) return notTold
    try {
      this.#isThere ??= await this.#findOut()
      return this.#isThere ? await send() : notTold
    } catch (error) {
      if (error instanceof AccessDeniedError) this.#refused.add(key)
      else if (!(error instanceof InvalidInputError)) throw error
      return notTold
    }
  }
}
