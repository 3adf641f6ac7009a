import { readFileSync } from 'node:fs'
import { createKubernetesCluster } from '../../shared/adapters/cluster/kubernetes-cluster.ts'
import { AccessDeniedError, NotFoundError, ShelflifeError } from '../../shared/errors.ts'
import type { Cluster, CustomKind } from '../../shared/ports/cluster.ts'
import type { WorkloadKindSettings } from '../../shared/settings/clusters.ts'

const kinds: readonly CustomKind[] = ['Repository', 'RegistrySecret', 'ImageCleanupPolicy']

/** In one line whether a real cluster has the three kinds, and what its kubeconfig's user may not do there. */
export async function clusterReport(
  kubeconfigPath: string,
  workloads: readonly WorkloadKindSettings[] = [],
): Promise<string> {
  const kubeconfig = readFileSync(kubeconfigPath, 'utf8')
  const cluster = createKubernetesCluster({ name: 'local', kubeconfig, workloads })
  try {
    return `${await kindsText(cluster)}; ${rightsText(await cluster.listMissingRights('executor'))}`
  } catch (error) {
    if (!(error instanceof ShelflifeError)) throw error
    return `kinds and rights are not known: ${error.message}`
  }
}

async function kindsText(cluster: Cluster): Promise<string> {
  const answers = await Promise.all(kinds.map(kind => isServed(kind, cluster)))
  const missing = kinds.filter((_, place) => answers[place] === false)
  if (missing.length > 0) return `${missing.join(', ')} missing: install with 'kubectl apply -f infra/cluster/crds'`
  return answers.includes(undefined)
    ? 'whether its kinds are installed is not known'
    : `${kinds.join(', ')} are installed`
}

/** Undefined where this user may not ask. */
async function isServed(kind: CustomKind, cluster: Cluster): Promise<boolean | undefined> {
  try {
    await cluster.listObjects(kind, { namespace: 'default' })
    return true
  } catch (error) {
    if (error instanceof AccessDeniedError) return undefined
    if (error instanceof NotFoundError) return false
    throw error
  }
}

const rightsText = (missing: readonly string[]): string =>
  missing.length === 0
    ? 'no right is known to be missing'
    : `its user lacks the rights in all namespaces to ${missing.join(', ')}: grant them with 'kubectl apply -f infra/cluster/rbac.yaml'`
