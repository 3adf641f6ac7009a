import { AccessDeniedError, UnavailableError } from '../../errors.ts'
import { ApiAnswerError } from './errors.ts'
import { type ApiServer, parseKubeconfig } from './kubeconfig.ts'

/** The API server of a kubeconfig; of the one that stands now in its place, once it is refused. */
export class RenewedServer {
  readonly #cluster: string
  readonly #renewKubeconfig: (() => Promise<string | undefined>) | undefined
  #kubeconfig: string
  #server: ApiServer
  #renewing: Promise<void> | undefined

  /** @throws InvalidInputError when the kubeconfig cannot be used */
  constructor(cluster: string, kubeconfig: string, renewKubeconfig: (() => Promise<string | undefined>) | undefined) {
    this.#cluster = cluster
    this.#renewKubeconfig = renewKubeconfig
    this.#kubeconfig = kubeconfig
    this.#server = parseKubeconfig(cluster, kubeconfig)
  }

  /**
   * Again with the kubeconfig of now where that before may be why it failed, and nothing was done: no write is done twice.
   * Where something may have been done, the calls that follow have the one of now.
   */
  async use<T>(act: (server: ApiServer) => Promise<T>): Promise<T> {
    const used = this.#server
    try {
      return await act(used)
    } catch (error) {
      const isRenewed = isOfKubeconfig(error) && (await this.#isRenewed(used))
      if (!isRenewed || !isUndone(error)) throw error
      return act(this.#server)
    }
  }

  /** Those that fail at the same time ask once. */
  async #isRenewed(used: ApiServer): Promise<boolean> {
    if (this.#server !== used) return true
    this.#renewing ??= this.#renew()
      // Where it cannot be asked for, or cannot be used, what the server said is told.
      .catch(() => undefined)
      .finally(() => {
        this.#renewing = undefined
      })
    await this.#renewing
    return this.#server !== used
  }

  async #renew(): Promise<void> {
    const kubeconfig = await this.#renewKubeconfig?.()
    if (kubeconfig === undefined || kubeconfig === this.#kubeconfig) return
    this.#server = parseKubeconfig(this.#cluster, kubeconfig)
    this.#kubeconfig = kubeconfig
  }
}

const isRefused = (error: unknown): boolean =>
  error instanceof AccessDeniedError && error.cause instanceof ApiAnswerError && error.cause.status === 401

/** Who we are there was refused, or the server of that name, address or certificate did not answer. */
const isOfKubeconfig = (error: unknown): boolean =>
  isRefused(error) || (error instanceof UnavailableError && ['dns', 'tls', 'network', 'timeout'].includes(error.kind))

const isUndone = (error: unknown): boolean =>
  isRefused(error) || (error instanceof UnavailableError && ['dns', 'tls'].includes(error.kind))
