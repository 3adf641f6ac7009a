import type { Tenant } from '../domain/grants/rights.ts'
import { AccessDeniedError } from '../errors.ts'
import type { Cluster, ClusterNamespace } from '../ports/cluster.ts'
import type { Rulebook } from '../settings.ts'

export interface ListedTenants {
  readonly tenantOf: (namespace: string) => Tenant
  /** Another text where the labels of any are others. */
  readonly version: string
}

/**
 * The namespaces of a cluster as grants tell them. They are listed only where a grant stands on a label; one that is not
 * known has none, and in a cluster that may not be asked no label grants anything.
 */
export async function listTenants(
  cluster: Cluster,
  { readsLabels }: Pick<Rulebook, 'readsLabels'>,
): Promise<ListedTenants> {
  const namespaces = readsLabels ? await listOrNone(cluster) : []
  const labels = new Map(namespaces.map(one => [one.name, one.labels]))
  return {
    tenantOf: name => ({ cluster: cluster.name, name, labels: labels.get(name) ?? {} }),
    version: JSON.stringify([...labels]),
  }
}

/** A cluster that does not answer is not one that grants nothing: that would have its objects read without credential. */
async function listOrNone(cluster: Cluster): Promise<readonly ClusterNamespace[]> {
  try {
    return await cluster.listNamespaces()
  } catch (error) {
    if (error instanceof AccessDeniedError) return []
    throw error
  }
}
