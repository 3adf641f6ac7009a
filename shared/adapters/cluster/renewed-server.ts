import { AccessDeniedError, UnavailableError } from '../../errors.ts'
import type { ApiServer } from './api-server.ts'
import { ApiAnswerError, type FailedCall } from './errors.ts'
import type { ServerFailure, ServerSource } from './server-source.ts'

/** An API server, and the one that is found in its place, once it is refused or does not answer. */
export class RenewedServer {
  readonly #source: ServerSource

  constructor(source: ServerSource) {
    this.#source = source
  }

  /**
   * Again with the server of now where that before may be why it failed, and nothing was done: no write is done twice.
   * Where something may have been done, the calls that follow have the one of now.
   */
  async use<T>(call: FailedCall, act: (server: ApiServer) => Promise<T>): Promise<T> {
    const used = await this.#source.current()
    try {
      return await this.#useRenewed(used, act)
    } catch (error) {
      throw this.#source.explained ? await this.#source.explained(call, error) : error
    }
  }

  async #useRenewed<T>(used: ApiServer, act: (server: ApiServer) => Promise<T>): Promise<T> {
    try {
      return await act(used)
    } catch (error) {
      const failure = failureOf(error)
      const isRenewed = failure !== undefined && (await this.#source.isRenewed(used, failure))
      if (!isRenewed || !isUndone(error)) throw error
      return act(await this.#source.current())
    }
  }
}

const isRefused = (error: unknown): boolean =>
  error instanceof AccessDeniedError && error.cause instanceof ApiAnswerError && error.cause.status === 401

const failureOf = (error: unknown): ServerFailure | undefined => {
  if (isRefused(error)) return 'refused'
  const isLost = error instanceof UnavailableError && ['dns', 'tls', 'network', 'timeout'].includes(error.kind)
  return isLost ? 'unreachable' : undefined
}

const isUndone = (error: unknown): boolean =>
  isRefused(error) || (error instanceof UnavailableError && ['dns', 'tls'].includes(error.kind))
