import { isDeepStrictEqual } from 'node:util'
import { NotFoundError } from '../../errors.ts'
import type { Cluster } from '../../ports/cluster.ts'
import type { SecretStore } from '../../ports/platform.ts'
import type { Settings } from '../../settings.ts'
import { createKubernetesCluster, type KubernetesClusterOptions } from './kubernetes-cluster.ts'

/** Makes a cluster of its settings. */
export type CreateCluster = (options: KubernetesClusterOptions) => Cluster

/**
 * One and the same cluster as long as its settings and its kubeconfig stay as they are, so that what a process knows of it
 * from one invocation counts in the next. How its kubeconfig is renewed stays the same for a name.
 */
export function keepClusters(create: CreateCluster = createKubernetesCluster): CreateCluster {
  const kept = new Map<string, { readonly compared: object; readonly cluster: Cluster }>()
  return options => {
    const { renewKubeconfig: _, ...compared } = options
    const before = kept.get(options.name)
    if (before && isDeepStrictEqual(before.compared, compared)) return before.cluster
    const cluster = create(options)
    kept.set(options.name, { compared, cluster })
    return cluster
  }
}

/**
 * Every configured cluster, or a throw: one whose kubeconfig is missing must never count as absent. With an installation one
 * that is another's refuses every call.
 */
export const connectClusters = (
  settings: Settings,
  secrets: Pick<SecretStore, 'findSecret'>,
  user: 'reader' | 'executor' = 'reader',
  create: CreateCluster = createKubernetesCluster,
  installation?: string,
): Promise<Cluster[]> =>
  Promise.all(
    settings.clusters.map(async ({ name, kubeconfigSecret, executorKubeconfigSecret, workloads }) => {
      const secret = user === 'executor' ? (executorKubeconfigSecret ?? kubeconfigSecret) : kubeconfigSecret
      // Deletes go by the lists of the executor: a secret that names another cluster now counts there within a minute.
      const kubeconfig = await secrets.findSecret(secret, user === 'executor' ? 'usual' : 'kept')
      if (kubeconfig === undefined)
        throw new NotFoundError(`cluster ${name}: expected a kubeconfig in secret ${secret}, found none`)
      return create({
        name,
        kubeconfig,
        renewKubeconfig: () => secrets.findSecret(secret, 'anew'),
        workloads,
        installation,
      })
    }),
  )
