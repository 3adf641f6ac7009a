import type { InstallationLimits } from '../../shared/domain/policy/installation-limits.ts'
import { quoted } from '../../shared/domain/repository-name.ts'
import { InvalidInputError } from '../../shared/errors.ts'
import type { Policy } from '../../shared/objects/policy-object.ts'
import type { Cluster } from '../../shared/ports/cluster.ts'
import { listPolicies } from '../../shared/sweep/world/list-policies.ts'

/** A policy as a person names it: `NAMESPACE/NAME`, or `CLUSTER/NAMESPACE/NAME` where several clusters are configured. */
export interface PolicyName {
  readonly cluster: string
  readonly namespace: string
  readonly name: string
}

/** A policy and the cluster that it is of. */
export interface FoundPolicy {
  readonly policy: Policy
  readonly cluster: Cluster
}

/** @throws InvalidInputError for another form, a cluster that is not configured, and a name that several clusters may have */
export function parsePolicyName(text: string, clusters: readonly string[]): PolicyName {
  const parts = text.split('/')
  const [name = '', namespace = '', cluster, ...rest] = parts.toReversed()
  if (name === '' || namespace === '' || rest.length > 0)
    throw new InvalidInputError(`expected a policy as NAMESPACE/NAME or CLUSTER/NAMESPACE/NAME, got ${quoted(text)}`)
  const known = clusters.join(', ')
  if (cluster !== undefined && !clusters.includes(cluster))
    throw new InvalidInputError(`expected one of the clusters ${known}, got ${quoted(cluster)} in ${quoted(text)}`)
  const [only, ...others] = clusters
  const chosen = cluster ?? (others.length === 0 ? only : undefined)
  if (chosen === undefined)
    throw new InvalidInputError(
      `expected CLUSTER/NAMESPACE/NAME with one of the clusters ${known}, since several are configured, got ${quoted(text)}`,
    )
  return { cluster: chosen, namespace, name }
}

/** @throws InvalidInputError where there is no such policy, with those that there are, and where it cannot be read */
export async function getPolicy(
  text: string,
  clusters: readonly Cluster[],
  limits: InstallationLimits,
): Promise<FoundPolicy> {
  const wanted = parsePolicyName(
    text,
    clusters.map(cluster => cluster.name),
  )
  const cluster = clusters.find(one => one.name === wanted.cluster)
  if (cluster === undefined) throw new InvalidInputError(`expected cluster ${wanted.cluster} to be configured`)
  const all = await listPolicies(cluster, limits)
  const isWanted = ({ metadata }: Policy['object']) =>
    metadata.namespace === wanted.namespace && metadata.name === wanted.name
  const refused = all.refused.find(({ object }) => isWanted(object))
  if (refused !== undefined) throw new InvalidInputError(refused.message)
  const policy = all.accepted.find(({ object }) => isWanted(object))
  if (policy !== undefined) return { policy, cluster }
  const there = all.accepted.map(({ object }) => `${object.metadata.namespace}/${object.metadata.name}`).sort()
  throw new InvalidInputError(
    `expected a policy of cluster ${cluster.name}, found no ${wanted.namespace}/${wanted.name}; there ${there.length === 0 ? 'are none' : `are ${there.join(', ')}`}`,
  )
}
