import type { RecordedChange } from '../../shared/domain/audit.ts'
import { listTrackedObjects } from '../../shared/sweep/world/policy-scope.ts'
import { getNamedImage } from '../connect/find-repository.ts'
import type { Installation } from '../connect/installation.ts'

/** What narrows a history that is read by image, policy or time. */
export interface ChangesAsked {
  /** An image, or with a policy or a time a repository without tag and digest. */
  readonly image?: string
  /** Only changes of these kinds; all where absent. */
  readonly actions?: readonly RecordedChange['action'][]
  /** `host/path`, or less where that is one alone. */
  readonly repository?: string
  /** Of the object that names the image; without an image of the policy that acted, or of an object that tracks it. */
  readonly namespace?: string
}

/** What of the changes that were read was asked for. Throws InvalidInputError for a repository that is not known. */
export async function changeFilter(
  { image, actions, repository: named, namespace }: ChangesAsked,
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
  const lists = await Promise.all(clusters.map(cluster => listTrackedObjects(cluster, rulebook)))
  const own = lists.flatMap(({ tracked }) => tracked).filter(({ object }) => object.metadata.namespace === namespace)
  const repositories = new Set(own.map(one => one.repository))
  return ({ actor, repository }) => repositories.has(repository) || policyNamespaceOf(actor) === namespace
}

/** Of `policy CLUSTER/NAMESPACE/NAME`. */
const policyNamespaceOf = (actor: string): string | undefined => /^policy [^/]+\/([^/]+)\//.exec(actor)?.[1]
