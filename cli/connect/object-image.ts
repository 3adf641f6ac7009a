import { quoted } from '../../shared/domain/repository-name.ts'
import { InvalidInputError } from '../../shared/errors.ts'
import { parseRepositoryObject } from '../../shared/objects/parse-objects.ts'
import { findRegistry } from '../../shared/objects/resolve-registry.ts'
import type { Cluster } from '../../shared/ports/cluster.ts'
import { listRegistrySecrets } from '../../shared/sweep/world/policy-scope.ts'
import type { KnownRepositories } from './known-repositories.ts'
import { nearestOf } from './nearest.ts'

/**
 * What a Repository object tracks, as `host/path:tag`, or `host/path` of one for the whole repository. The text itself
 * without a namespace, where it is the name of an image. Throws InvalidInputError where no cluster has such an object, where
 * clusters have others under that name, and where its registry is not known.
 */
export async function objectImage(
  text: string,
  namespace: string | undefined,
  installation: KnownRepositories,
): Promise<string> {
  if (namespace === undefined) return text
  if (/[/:@]/.test(text))
    throw new InvalidInputError(
      `expected the name of a Repository object with --namespace, got ${quoted(text)}; leave --namespace out for an image`,
    )
  const clusters = await installation.connectClusters()
  const found = await Promise.all(clusters.map(cluster => imageIn(cluster, namespace, text, installation)))
  const [only, ...others] = [...new Set(found.flatMap(one => one ?? []))]
  if (only === undefined) throw await unknown(text, namespace, clusters)
  if (others.length === 0) return only
  throw new InvalidInputError(
    `expected one image, since clusters have different Repository objects ${namespace}/${text}: ${[only, ...others].join(', ')}`,
  )
}

/** As {@link objectImage}. @throws InvalidInputError for an object that tracks no tag, too */
export async function objectTag(
  text: string,
  namespace: string | undefined,
  installation: KnownRepositories,
): Promise<string> {
  const image = await objectImage(text, namespace, installation)
  if (namespace === undefined || image.includes(':', image.lastIndexOf('/'))) return image
  throw new InvalidInputError(
    `expected a Repository object for one tag, and ${namespace}/${text} is for the whole repository; name the image as in ${image}:TAG`,
  )
}

async function imageIn(
  cluster: Cluster,
  namespace: string,
  name: string,
  { rulebook }: KnownRepositories,
): Promise<string | undefined> {
  const object = await cluster.findObject('Repository', namespace, name)
  if (object === undefined) return undefined
  const spec = parseRepositoryObject(object)
  const registry = findRegistry(namespace, spec, await listRegistrySecrets(cluster), rulebook)
  if (registry.problem) throw new InvalidInputError(`Repository ${namespace}/${name}: ${registry.problem.message}`)
  return `${registry.domain}/${registry.path}${spec.tag === undefined ? '' : `:${spec.tag}`}`
}

async function unknown(name: string, namespace: string, clusters: readonly Cluster[]): Promise<InvalidInputError> {
  const objects = await Promise.all(clusters.map(cluster => cluster.listObjects('Repository', { namespace })))
  const near = nearestOf(
    name,
    objects.flat().map(({ metadata }) => metadata.name),
  )
  return new InvalidInputError(
    `expected a Repository object of namespace ${namespace}, found no ${quoted(name)}; ${near.length === 0 ? 'there are none' : `there are ${near.join(', ')}`}`,
  )
}
