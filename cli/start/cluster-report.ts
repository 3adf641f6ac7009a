import { createKubernetesCluster } from '../../shared/adapters/cluster/kubernetes-cluster.ts'
import { AccessDeniedError, NotFoundError, ShelflifeError } from '../../shared/errors.ts'
import type { Cluster, CustomKind } from '../../shared/ports/cluster.ts'
import type { WorkloadKindSettings } from '../../shared/settings/clusters.ts'
import { ownClusterUsers } from '../embedded/in-cluster.ts'

const kinds: readonly CustomKind[] = ['Repository', 'RegistrySecret', 'ImageCleanupPolicy']

/** In one line whether a real cluster has the three kinds, and what its kubeconfig's user may not do there. */
export async function clusterReport(
  kubeconfig: string,
  workloads: readonly WorkloadKindSettings[] = [],
): Promise<string> {
  const cluster = createKubernetesCluster({ name: 'local', kubeconfig, workloads })
  return known(async () => `${await kindsText(cluster)}; ${rightsText(await cluster.listMissingRights('executor'))}`)
}

/** A line for each of the two users of the cluster that a Pod runs in, of what this one needs. */
export async function ownClusterLines(
  { reader, executor }: { readonly reader: string; readonly executor: string },
  workloads: readonly WorkloadKindSettings[] = [],
): Promise<string[]> {
  const clusterAs = (kubeconfig: string) => createKubernetesCluster({ name: 'local', kubeconfig, workloads })
  const [reading, executing] = [clusterAs(reader), clusterAs(executor)]
  return Promise.all([
    known(
      async () =>
        `as ${ownClusterUsers.reader}: ${await kindsText(reading)}; ${rightsText(await reading.listMissingRights('reader'))}`,
    ),
    known(async () => `as ${ownClusterUsers.executor}: ${rightsText(await executing.listMissingRights('executor'))}`),
  ])
}

/** Or why it is not known: a start goes on without. */
async function known(line: () => Promise<string>): Promise<string> {
  try {
    return await line()
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
