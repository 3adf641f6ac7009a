import { isDeepStrictEqual } from 'node:util'
import { InvalidInputError, NotFoundError } from '../../errors.ts'
import type { Cluster } from '../../ports/cluster.ts'
import type { SecretStore } from '../../ports/platform.ts'
import type { EksSettings } from '../../settings/eks.ts'
import type { Settings } from '../../settings.ts'
import { createKubernetesCluster, type KubernetesClusterOptions } from './kubernetes-cluster.ts'

type ClusterUser = 'reader' | 'executor'
type ClusterSettings = Settings['clusters'][number]

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
 * @param roleArn the role of IAM that is taken for clusters of EKS; absent: the process's own credentials
 */
export const connectClusters = (
  settings: Settings,
  secrets: Pick<SecretStore, 'findSecret'>,
  user: ClusterUser = 'reader',
  create: CreateCluster = createKubernetesCluster,
  installation?: string,
  roleArn?: string,
): Promise<Cluster[]> =>
  Promise.all(
    settings.clusters.map(async one => {
      const options = one.eks
        ? eksOptionsOf(one, one.eks, user, roleArn)
        : await kubeconfigOptionsOf(one, secrets, user)
      return create({ ...options, installation })
    }),
  )

async function kubeconfigOptionsOf(
  { name, kubeconfigSecret, executorKubeconfigSecret, workloads }: ClusterSettings,
  secrets: Pick<SecretStore, 'findSecret'>,
  user: ClusterUser,
): Promise<KubernetesClusterOptions> {
  const secret = (user === 'executor' ? executorKubeconfigSecret : undefined) ?? kubeconfigSecret
  if (secret === undefined)
    throw new InvalidInputError(`cluster ${name}: expected kubeconfigSecret or eks, got neither`)
  // Deletes go by the lists of the executor: a secret that names another cluster now counts there within a minute.
  const kubeconfig = await secrets.findSecret(secret, user === 'executor' ? 'usual' : 'kept')
  if (kubeconfig === undefined)
    throw new NotFoundError(`cluster ${name}: expected a kubeconfig in secret ${secret}, found none`)
  return { name, kubeconfig, renewKubeconfig: () => secrets.findSecret(secret, 'anew'), workloads }
}

/** The role of the installation first, since that is the one which roles of other accounts trust. */
function eksOptionsOf(
  { name, workloads }: ClusterSettings,
  { clusterName, region, roleArn, executorRoleArn }: EksSettings,
  user: ClusterUser,
  ownRoleArn: string | undefined,
): KubernetesClusterOptions {
  const there = (user === 'executor' ? executorRoleArn : undefined) ?? roleArn
  const roleArns = [ownRoleArn, there].filter(arn => arn !== undefined)
  return { name, eks: { clusterName, region, roleArns }, workloads }
}
