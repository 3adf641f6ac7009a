import { NotFoundError } from '../../errors.ts'
import type { Cluster } from '../../ports/cluster.ts'
import type { SecretStore } from '../../ports/platform.ts'
import type { Settings } from '../../settings.ts'
import { createKubernetesCluster } from './kubernetes-cluster.ts'

/** Every configured cluster, or a throw: one whose kubeconfig is missing must never count as absent. */
export const connectClusters = (
  settings: Settings,
  secrets: SecretStore,
  user: 'reader' | 'executor' = 'reader',
): Promise<Cluster[]> =>
  Promise.all(
    settings.clusters.map(async ({ name, kubeconfigSecret, executorKubeconfigSecret, workloads }) => {
      const secret = user === 'executor' ? (executorKubeconfigSecret ?? kubeconfigSecret) : kubeconfigSecret
      const kubeconfig = await secrets.findSecret(secret)
      if (kubeconfig === undefined)
        throw new NotFoundError(`cluster ${name}: expected a kubeconfig in secret ${secret}, found none`)
      return createKubernetesCluster({ name, kubeconfig, workloads })
    }),
  )
