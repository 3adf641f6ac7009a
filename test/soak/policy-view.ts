import type { CustomObject } from '../../shared/ports/cluster.ts'
import type { MemoryCluster } from '../support/memory-cluster.ts'

/** What a policy, or one of its rules, says of some tags. */
export interface TagSpec {
  readonly keepRecent?: number
  readonly unusedDays?: number
  readonly keepDays?: number
  readonly semver?: { readonly majorVersions?: number; readonly minorVersions?: number; readonly patches?: number }
  readonly groupBy?: string
}

export interface RuleSpec extends TagSpec {
  /** Globs with `*` at their end at most. */
  readonly tags?: readonly string[]
  readonly untagged?: boolean
}

/** A policy as the soak writes it: what the model understands of the format, and no more. */
export interface PolicySpec extends TagSpec {
  readonly rules?: readonly RuleSpec[]
  /** Globs with `*` at their end at most. */
  readonly keepTags?: readonly string[]
  readonly exclude?: readonly { readonly name?: string; readonly tag?: string }[]
  readonly selector?: { readonly matchLabels: { readonly group: string } }
  /** Its own where absent. */
  readonly namespaces?: readonly string[]
  readonly gracePeriod: `${number}m`
  readonly schedule?: string
  readonly targets: readonly string[]
  readonly maxDeletionsPerRun: number
  readonly maxDeletionPercent: number
  readonly dryRun?: boolean
  readonly suspend?: boolean
}

/** A policy over one repository, read from the objects of the cluster as they are now. */
export interface PolicyView {
  readonly name: string
  readonly namespace: string
  /** `cluster/namespace/name`, as the product names it. */
  readonly id: string
  readonly spec: PolicySpec
  readonly graceMs: number
  /** Undefined stands for untagged images. */
  covers(tag: string | undefined): boolean
  /** True for a Repository object that brings something into its scope. */
  isOver(object: CustomObject): boolean
}

/** Every policy that covers anything of the repository. */
export async function listPolicyViews(cluster: MemoryCluster, path: string): Promise<PolicyView[]> {
  const [policies, objects] = await Promise.all([
    cluster.listObjects('ImageCleanupPolicy'),
    listTracking(cluster, path),
  ])
  return policies.filter(policy => objects.some(overOf(policy))).map(policy => viewOf(policy, objects))
}

/** One policy as it stands, whether it covers anything of the repository or not. */
export async function findPolicyView(
  cluster: MemoryCluster,
  { namespace, policy: name }: { readonly namespace: string; readonly policy: string },
  path: string,
): Promise<PolicyView | undefined> {
  const policy = cluster.get('ImageCleanupPolicy', name, namespace)
  return policy && viewOf(policy, await listTracking(cluster, path))
}

/** The Repository objects of a path; one that leads to another registry tracks something else. */
export async function listTracking(cluster: MemoryCluster, path: string): Promise<CustomObject[]> {
  const objects = await cluster.listObjects('Repository', { fieldSelector: `spec.repository=${path}` })
  return objects.filter(({ spec }) => (spec as { registryRef: { name: string } }).registryRef.name !== elsewhere)
}

/** The RegistrySecret whose domain is not that of the soak's registry. */
export const elsewhere = 'elsewhere'

/** True for the objects that a policy covers. */
function overOf({ metadata, spec }: CustomObject): PolicyView['isOver'] {
  const { namespaces = [metadata.namespace], selector } = spec as PolicySpec
  const group = selector?.matchLabels.group
  return object =>
    namespaces.includes(object.metadata.namespace) && (group === undefined || object.metadata.labels.group === group)
}

function viewOf(object: CustomObject, objects: readonly CustomObject[]): PolicyView {
  const { cluster, metadata } = object
  const policy = object.spec as PolicySpec
  const isOver = overOf(object)
  const mine = objects.filter(isOver)
  return {
    name: metadata.name,
    namespace: metadata.namespace,
    id: `${cluster}/${metadata.namespace}/${metadata.name}`,
    spec: policy,
    graceMs: Number.parseInt(policy.gracePeriod, 10) * 60_000,
    covers: tag => mine.some(one => brings(one, tag)),
    isOver,
  }
}

/** An object without a tag brings all of its repository; undefined stands for untagged images. */
export function brings({ spec }: CustomObject, tag: string | undefined): boolean {
  const own = (spec as { tag?: string }).tag
  return own === undefined || own === tag
}

/** What applies to a tag, or of untagged images: a rule of the policy, or the policy itself. */
export const ruleSetOf = (spec: PolicySpec, tag: string | undefined): TagSpec =>
  spec.rules?.find(({ tags = [], untagged = false }) =>
    tag === undefined ? untagged : tags.some(glob => matches(glob, tag)),
  ) ?? spec

/** True for what says nothing: of its tags the policy keeps all. */
export const saysNothing = ({ keepRecent, unusedDays, keepDays, semver }: TagSpec): boolean =>
  [keepRecent, unusedDays, keepDays, semver].every(field => field === undefined)

export const matches = (glob: string, text: string): boolean =>
  glob.endsWith('*') ? text.startsWith(glob.slice(0, -1)) : glob === text
