import type { Spelling } from '../../domain/repository-id.ts'
import type { ObjectNames } from '../../domain/retention/object-names.ts'
import { InvalidInputError } from '../../errors.ts'
import type { KnownRegistrySecret } from '../../objects/lending.ts'
import { parseRegistrySecretObject, parseRepositoryObject, type RepositorySpec } from '../../objects/parse-objects.ts'
import { isSelected, type Policy } from '../../objects/policy-object.ts'
import { findRegistry } from '../../objects/resolve-registry.ts'
import type { Cluster, CustomObject } from '../../ports/cluster.ts'
import type { CoveredObject } from './covered-object.ts'

/** The Repository objects whose registry is known, and the RegistrySecrets that can be read. */
export interface TrackedObjects {
  readonly tracked: readonly CoveredObject[]
  readonly secrets: readonly KnownRegistrySecret[]
}

/** Every one of a cluster, once for all policies of a run. */
export async function listTrackedObjects(cluster: Cluster, spelling: Spelling): Promise<TrackedObjects> {
  const [objects, known] = await Promise.all([cluster.listObjects('Repository'), listRegistrySecrets(cluster)])
  const tracked = objects.flatMap(object =>
    specOf(object).flatMap(spec => trackedObject(object, spec, known, spelling)),
  )
  return { tracked, secrets: known }
}

/** By the very objects, which never change: those that a view of a cluster shows again are parsed once. */
const specs = new WeakMap<CustomObject, readonly RepositorySpec[]>()

function specOf(object: CustomObject): readonly RepositorySpec[] {
  const spec = specs.get(object) ?? readOrNone(() => parseRepositoryObject(object))
  specs.set(object, spec)
  return spec
}

/** The RegistrySecrets of a cluster that can be read. */
export async function listRegistrySecrets(cluster: Cluster): Promise<KnownRegistrySecret[]> {
  const secrets = await cluster.listObjects('RegistrySecret')
  return secrets.flatMap(object => readOrNone(() => ({ object, spec: parseRegistrySecretObject(object) })))
}

function trackedObject(
  object: CustomObject,
  spec: RepositorySpec,
  secrets: readonly KnownRegistrySecret[],
  spelling: Spelling,
): CoveredObject[] {
  const registry = findRegistry(object.metadata.namespace, spec, secrets, spelling)
  return registry.problem ? [] : [coveredObject(object, registry, spec.tag)]
}

/** A Repository object whose registry is known, as policies see it. */
export const coveredObject = (
  object: CustomObject,
  { domain: registry, path }: { readonly domain: string; readonly path: string },
  tag: string | undefined,
): CoveredObject => ({ object, registry, path, repository: `${registry}/${path}`, tag })

/** What is read of an object, or none: one that cannot be read covers nothing, so that nothing of it is ever deleted. */
export function readOrNone<T>(read: () => T): T[] {
  try {
    return [read()]
  } catch (error) {
    if (error instanceof InvalidInputError) return []
    throw error
  }
}

/** The namespaces whose objects a policy covers: its own where it names none. */
export const namespacesOf = ({ spec, object }: Policy): readonly string[] =>
  spec.namespaces ?? [object.metadata.namespace]

/** The objects that a policy covers: of its namespaces (its own where none are named) and its selector. */
export function coveredBy(policy: Policy, tracked: readonly CoveredObject[]): CoveredObject[] {
  const namespaces = new Set(namespacesOf(policy))
  return tracked.filter(
    ({ object }) =>
      object.cluster === policy.object.cluster &&
      namespaces.has(object.metadata.namespace) &&
      isSelected(policy.spec.selector, object.metadata.labels),
  )
}

/**
 * The objects that a policy which cannot be read may mean: those of its namespaces, whatever their labels; of every
 * namespace of its cluster where the namespaces cannot be read either.
 */
export function coveredByRefused(policy: CustomObject, tracked: readonly CoveredObject[]): CoveredObject[] {
  const named = readNamespaces(policy)
  return tracked.filter(
    ({ object }) => object.cluster === policy.cluster && (!named || named.has(object.metadata.namespace)),
  )
}

function readNamespaces({ spec, metadata }: CustomObject): ReadonlySet<string> | undefined {
  if (typeof spec !== 'object' || spec === null) return undefined
  const { namespaces } = spec as { namespaces?: unknown }
  if (namespaces === undefined) return new Set([metadata.namespace])
  const isReadable = Array.isArray(namespaces) && namespaces.length > 0
  return isReadable && namespaces.every(one => typeof one === 'string') ? new Set(namespaces) : undefined
}

/** The names under which an exclusion may mean this object: its name, that without `-<tag>`, and its app labels. */
function exclusionNames({ object, tag }: CoveredObject): string[] {
  const { name, labels } = object.metadata
  const suffix = `-${tag}`
  const short = tag !== undefined && name.endsWith(suffix) ? [name.slice(0, -suffix.length)] : []
  const app = [labels.app, labels['app.kubernetes.io/name']].filter(label => label !== undefined)
  return [...new Set([name, ...short, ...app])]
}

/** Exclusion names by repository and tag; the names of an object without a tag stand under ''. */
export function objectNamesOf(covered: readonly CoveredObject[]): ReadonlyMap<string, ObjectNames> {
  const names = new Map<string, Map<string, string[]>>()
  for (const one of covered) {
    const ofRepository = names.get(one.repository) ?? new Map<string, string[]>()
    const ofTag = ofRepository.get(one.tag ?? '')
    if (ofTag) ofTag.push(...exclusionNames(one))
    else ofRepository.set(one.tag ?? '', exclusionNames(one))
    names.set(one.repository, ofRepository)
  }
  return names
}
