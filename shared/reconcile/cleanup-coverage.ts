import type { Image } from '../domain/image.ts'
import { exclusionTest } from '../domain/retention/rules/excluded.ts'
import type { Policy } from '../objects/policy-object.ts'
import type { CoveredObject } from '../sweep/world/covered-object.ts'
import { coveredBy, objectNamesOf } from '../sweep/world/policy-scope.ts'

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
    const { namespace, name, uid, generation } = policy.object.metadata
    const names = objectNamesOf(covered)
    for (const { object, repository } of covered) {
      const excludes = exclusionTest(policy.spec, repository, names.get(repository))
      const covering = { title: `${namespace}/${name}`, version: `${uid} ${generation}`, excludes }
      coveringOf.set(object.metadata.uid, [...(coveringOf.get(object.metadata.uid) ?? []), covering])
    }
  }
  return new Map([...coveringOf].map(([uid, covering]) => [uid, toCoverage(covering)]))
}

interface Covering {
  readonly title: string
  readonly version: string
  readonly excludes: (tags: readonly string[]) => boolean
}

const toCoverage = (covering: readonly Covering[]): Coverage => ({
  policies: covering.map(one => one.title).sort(),
  version: covering
    .map(one => one.version)
    .sort()
    .join(', '),
  excludedBy: image => covering.flatMap(one => (one.excludes(image.tags) ? [one.title] : [])).sort(),
})
