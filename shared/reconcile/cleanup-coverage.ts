import type { Image } from '../domain/image.ts'
import { exclusionTest } from '../domain/retention/rules/excluded.ts'
import type { Policy } from '../objects/policy-object.ts'
import type { CoveredObject } from '../sweep/world/covered-object.ts'
import { coveredBy, namespacesOf, objectNamesOf } from '../sweep/world/policy-scope.ts'

/** What the policies of its cluster have to do with a Repository object. */
export interface Coverage {
  /** `namespace/name` of those that cover it, in alphabetical order. */
  readonly policies: readonly string[]
  /** What they say: another text where one of them was changed, or made anew. */
  readonly version: string
  /** Those of them that exclude the image, so that their rules do not count. */
  excludedBy(image: Pick<Image, 'tags'>): readonly string[]
}

export const notCovered: Coverage = { policies: [], version: '', excludedBy: () => [] }

/** The coverage of each object by its uid; objects that no policy covers are left out. */
export function coverageOf(
  policies: readonly Policy[],
  tracked: readonly CoveredObject[],
): ReadonlyMap<string, Coverage> {
  const coveringOf = new Map<string, Covering[]>()
  for (const policy of policies) {
    const covered = coveredBy(policy, tracked)
    if (covered.length === 0) continue
    const { namespace, name } = policy.object.metadata
    const names = objectNamesOf(covered)
    for (const { object, repository } of covered) {
      const excludes = exclusionTest(policy.spec, repository, names.get(repository))
      const covering = { title: `${namespace}/${name}`, policy, excludes }
      coveringOf.set(object.metadata.uid, [...(coveringOf.get(object.metadata.uid) ?? []), covering])
    }
  }
  return new Map([...coveringOf].map(([uid, covering]) => [uid, toCoverage(covering)]))
}

/** The version of an object's coverage alone, as `coverageOf` gives it. */
export function coverageVersions(policies: readonly Policy[]): (one: CoveredObject) => string {
  const byNamespace = Map.groupBy(
    policies.flatMap(policy => namespacesOf(policy).map(namespace => ({ namespace, policy }))),
    ({ namespace }) => namespace,
  )
  return one => {
    const near = byNamespace.get(one.object.metadata.namespace) ?? []
    return versionText(near.filter(({ policy }) => coveredBy(policy, [one]).length > 0).map(({ policy }) => policy))
  }
}

interface Covering {
  readonly title: string
  readonly policy: Policy
  readonly excludes: (tags: readonly string[]) => boolean
}

const toCoverage = (covering: readonly Covering[]): Coverage => ({
  policies: covering.map(one => one.title).sort(),
  version: versionText(covering.map(one => one.policy)),
  excludedBy: image => covering.flatMap(one => (one.excludes(image.tags) ? [one.title] : [])).sort(),
})

const versionText = (policies: readonly Policy[]): string =>
  policies
    .map(({ object: { metadata } }) => `${metadata.uid} ${metadata.generation}`)
    .sort()
    .join(', ')
