import type { RecordedChange } from '../../shared/domain/audit.ts'
import { listTrackedObjects } from '../../shared/sweep/world/policy-scope.ts'
import { getNamedImage } from '../connect/find-repository.ts'
import type { Installation } from '../connect/installation.ts'
import type { HistoryRequest } from './run-history.ts'

type Asked = Pick<HistoryRequest, 'image' | 'actions' | 'repository' | 'namespace'>

/** What of the changes that were read was asked for. Throws InvalidInputError for a repository that is not known. */
export async function changeFilter(
  { image, actions, repository: named, namespace }: Asked,
  installation: Installation,
): Promise<(change: RecordedChange) => boolean> {
  const repository = named === undefined ? undefined : (await getNamedImage(named, installation)).repository
  const isOfNamespace =
    namespace === undefined || image !== undefined ? () => true : await namespaceFilter(namespace, installation)
  return change =>
    (actions === undefined || actions.includes(change.action)) &&
    (repository === undefined || change.repository === repository) &&
    isOfNamespace(change)
}

/** What policies of the namespace did, and what happened to the repositories that its objects track now. */
async function namespaceFilter(
  namespace: string,
  { connectClusters, rulebook }: Installation,
): Promise<(change: RecordedChange) => boolean> {
  const clusters = await connectClusters()
  const lists = await Promise.all(clusters.map(cluster => listTrackedObjects(cluster, rulebook.canonicalHost)))
  const own = lists.flatMap(({ tracked }) => tracked).filter(({ object }) => object.metadata.namespace === namespace)
  const repositories = new Set(own.map(one => one.repository))
  return ({ actor, repository }) => repositories.has(repository) || policyNamespaceOf(actor) === namespace
}

/** Of `policy CLUSTER/NAMESPACE/NAME`. */
const policyNamespaceOf = (actor: string): string | undefined => /^policy [^/]+\/([^/]+)\//.exec(actor)?.[1]
