import { Renewed } from '../http/renewed.ts'
import type { ApiServer } from './api-server.ts'
import { parseKubeconfig } from './kubeconfig.ts'
import type { ServerSource } from './server-source.ts'

interface Known {
  readonly kubeconfig: string
  readonly server: ApiServer
}

/** The API server of a kubeconfig; of the one that stands now in its place, once it is refused. */
export class KubeconfigServers implements ServerSource {
  readonly #known: Renewed<Known>

  /** @throws InvalidInputError when the kubeconfig cannot be used */
  constructor(cluster: string, kubeconfig: string, renewKubeconfig: (() => Promise<string | undefined>) | undefined) {
    const knownOf = (text: string): Known => ({ kubeconfig: text, server: parseKubeconfig(cluster, text) })
    this.#known = new Renewed(knownOf(kubeconfig), async before => {
      const now = await renewKubeconfig?.()
      if (now !== undefined && now !== before.kubeconfig) return knownOf(now)
      const server = before.server.withNewToken?.()
      return server && { ...before, server }
    })
  }

  current(): ApiServer {
    return this.#known.current.server
  }

  isRenewed(used: ApiServer): Promise<boolean> {
    const known = this.#known.current
    return known.server === used ? this.#known.isRenewed(known) : Promise.resolve(true)
  }
}
