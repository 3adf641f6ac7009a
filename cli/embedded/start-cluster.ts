import { readFileSync, writeFileSync } from 'node:fs'
import { InvalidInputError } from '../../shared/errors.ts'
import { readCrds } from './crds.ts'

/** The cluster of the objects, and how it is reached. */
export interface LocalCluster {
  readonly url: string
  readonly kubeconfigPath: string
  close(): Promise<void>
}

export interface ClusterChoice {
  /** A real cluster, by the path of its kubeconfig. */
  readonly kubeconfig?: string | undefined
  /** A real cluster, by the text of its kubeconfig. */
  readonly kubeconfigText?: string | undefined
  readonly port: number
  readonly folder: (name: string) => string
}

/** The real cluster that is named, or the embedded API where none is. */
export async function startCluster({ kubeconfig, kubeconfigText, port, folder }: ClusterChoice): Promise<LocalCluster> {
  const close = async () => undefined
  if (kubeconfig !== undefined) return { url: serverOf(kubeconfig), kubeconfigPath: kubeconfig, close }
  if (kubeconfigText !== undefined) {
    writeFileSync(folder('kubeconfig'), kubeconfigText, { mode: 0o600 })
    return { url: serverOf(folder('kubeconfig')), kubeconfigPath: folder('kubeconfig'), close }
  }
  const { startKubernetes } = await import('./kubernetes/start-kubernetes.ts')
  return startKubernetes({
    port,
    dataDir: folder('kubernetes'),
    kubeconfigPath: folder('kubeconfig'),
    crds: readCrds(),
  })
}

function serverOf(kubeconfig: string): string {
  const server = /^\s*server:\s*(\S+)/m.exec(readFileSync(kubeconfig, 'utf8'))?.[1]
  if (server === undefined)
    throw new InvalidInputError(`${kubeconfig}: expected a kubeconfig with a server, found none`)
  return server
}
