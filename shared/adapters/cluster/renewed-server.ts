import { AccessDeniedError, UnavailableError } from '../../errors.ts'
import { Renewed } from '../http/renewed.ts'
import { ApiAnswerError } from './errors.ts'
import { type ApiServer, parseKubeconfig } from './kubeconfig.ts'

interface Known {
  readonly kubeconfig: string
  readonly server: ApiServer
}

/** The API server of a kubeconfig; of the one that stands now in its place, once it is refused. */
export class RenewedServer {
  readonly #known: Renewed<Known>

  /** @throws InvalidInputError when the kubeconfig cannot be used */
  constructor(cluster: string, kubeconfig: string, renewKubeconfig: (() => Promise<string | undefined>) | undefined) {
    const knownOf = (text: string): Known => ({ kubeconfig: text, server: parseKubeconfig(cluster, text) })
    this.#known = new Renewed(knownOf(kubeconfig), async before => {
      const now = await renewKubeconfig?.()
      return now === undefined || now === before.kubeconfig ? undefined : knownOf(now)
    })
  }

  /**
   * Again with the kubeconfig of now where that before may be why it failed, and nothing was done: no write is done twice.
   * Where something may have been done, the calls that follow have the one of now.
   */
  async use<T>(act: (server: ApiServer) => Promise<T>): Promise<T> {
    const used = this.#known.current
    try {
      return await act(used.server)
    } catch (error) {
      const isRenewed = isOfKubeconfig(error) && (await this.#known.isRenewed(used))
      if (!isRenewed || !isUndone(error)) throw error
      return act(this.#known.current.server)
    }
  }
}

const isRefused = (error: unknown): boolean =>
  error instanceof AccessDeniedError && error.cause instanceof ApiAnswerError && error.cause.status === 401

/** Who we are there was refused, or the server of that name, address or certificate did not answer. */
const isOfKubeconfig = (error: unknown): boolean =>
  isRefused(error) || (error instanceof UnavailableError && ['dns', 'tls', 'network', 'timeout'].includes(error.kind))

const isUndone = (error: unknown): boolean =>
  isRefused(error) || (error instanceof UnavailableError && ['dns', 'tls'].includes(error.kind))
