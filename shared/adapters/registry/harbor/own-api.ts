import { AccessDeniedError, InvalidInputError } from '../../../errors.ts'

/** In the place of an answer that Harbor's own API does not give this credential. */
export const notTold = Symbol('not told by the API of Harbor')

/** What is asked: rights to list artifacts and to read one are two. */
type Right = 'list' | 'read'

/**
 * Asks Harbor's own API, as far as it answers: what works with the plain registry API alone goes on working. Where a
 * credential was refused in a project it is not asked there again, and nowhere where no Harbor is.
 */
export class OwnApi {
  readonly #refused = new Set<string>()
  readonly #findOut: () => Promise<boolean>
  #isThere: boolean | undefined

  /** `isThere` is asked first, until it answers. */
  constructor(isThere: () => Promise<boolean>) {
    this.#findOut = isThere
  }

  async ask<T>(project: string, right: Right, send: () => Promise<T>): Promise<T | typeof notTold> {
    const key = `${right} ${project}`
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
