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
  return policies.map(policy => viewOf(policy, objects)).filter(view => view !== undefined)
}

/** The Repository objects of a path; one that leads to another registry tracks something else. */
export async function listTracking(cluster: MemoryCluster, path: string): Promise<CustomObject[]> {
  const objects = await cluster.listObjects('Repository', { fieldSelector: `spec.repository=${path}` })
  return objects.filter(({ spec }) => (spec as { registryRef: { name: string } }).registryRef.name !== elsewhere)
}

/** The RegistrySecret whose domain is not that of the soak's registry. */
export const elsewhere = 'elsewhere'

function viewOf({ cluster, metadata, spec }: CustomObject, objects: readonly CustomObject[]): PolicyView | undefined {
  const policy = spec as PolicySpec
  const covered = policy.namespaces ?? [metadata.namespace]
  const group = policy.selector?.matchLabels.group
  const isOver = (object: CustomObject) =>
    covered.includes(object.metadata.namespace) && (group === undefined || object.metadata.labels.group === group)
  const mine = objects.filter(isOver)
  if (mine.length === 0) return undefined
  return {
    name: metadata.name,
    namespace: metadata.namespace,
    id: `${cluster}/${metadata.namespace}/${metadata.name}`,
    spec: policy,
    graceMs: Number.parseInt(policy.gracePeriod, 10) * 60_000,
    covers: tag => mine.some(object => brings(object, tag)),
    isOver,
  }
}

/** An object without a tag brings all of its repository; undefined stands for untagged images. */
export function brings({ spec }: CustomObject, tag: string | undefined): boolean {
  const own = (spec as { tag?: string }).tag
  return own === undefined || own === tag
}

/** What speaks of a tag, or of untagged images: a rule of the policy, or the policy itself. */
export const speakerOf = (spec: PolicySpec, tag: string | undefined): TagSpec =>
  spec.rules?.find(({ tags = [], untagged = false }) =>
    tag === undefined ? untagged : tags.some(glob => matches(glob, tag)),
  ) ?? spec

/** True for what says nothing: of its tags the policy keeps all. */
export const saysNothing = ({ keepRecent, unusedDays, keepDays, semver }: TagSpec): boolean =>
  [keepRecent, unusedDays, keepDays, semver].every(field => field === undefined)

export const matches = (glob: string, text: string): boolean =>
  glob.endsWith('*') ? text.startsWith(glob.slice(0, -1)) : glob === text
