import type { Condition } from '../../ports/cluster.ts'

/** Which rights shelflife has not in the policy's cluster; nothing where none is missing, or that is not known. */
export function rightsCondition(
  missing: readonly string[],
): Omit<Condition, 'lastTransitionTime' | 'observedGeneration'>[] {
  if (missing.length === 0) return []
  const message = `the user of this cluster's kubeconfig lacks the rights in all namespaces to ${missing.join(', ')}: grant them with 'kubectl apply -f infra/cluster/rbac.yaml'`
  return [{ type: 'ClusterRights', status: 'False', reason: 'RightsMissing', message }]
}
