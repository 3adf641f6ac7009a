import type { Image } from '../domain/image.ts'
import { type CompiledPolicy, compilePolicy } from '../domain/retention/compile-policy.ts'
import { listingOf } from '../domain/retention/listing/listing.ts'
import { Marks } from '../domain/retention/marks.ts'
import { keepExcluded, type ObjectNames } from '../domain/retention/rules/excluded.ts'
import type { Policy } from '../objects/policy-object.ts'
import { type CoveredObject, coveredBy, objectNamesOf } from '../sweep/world/policy-scope.ts'

/** What the policies of its cluster have to do with a Repository object. */
export interface Coverage {
  /** `namespace/name` of those that cover it, in alphabetical order. */
  readonly policies: readonly string[]
  /** Those of them that exclude the image, whatever their rules say. */
  excludedBy(image: Pick<Image, 'digest' | 'tags'>): readonly string[]
}

export const nobodyCovers: Coverage = { policies: [], excludedBy: () => [] }

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
    const compiled = compilePolicy(policy.spec, '')
    const names = objectNamesOf(covered)
    for (const { object, repository } of covered) {
      const covering = { title: `${namespace}/${name}`, compiled, repository, names: names.get(repository) }
      coveringOf.set(object.metadata.uid, [...(coveringOf.get(object.metadata.uid) ?? []), covering])
    }
  }
  return new Map([...coveringOf].map(([uid, covering]) => [uid, toCoverage(covering)]))
}

interface Covering {
  readonly title: string
  readonly compiled: CompiledPolicy
  readonly repository: string
  readonly names: ObjectNames | undefined
}

const toCoverage = (covering: readonly Covering[]): Coverage => ({
  policies: covering.map(one => one.title).sort(),
  excludedBy: image => covering.flatMap(one => (isExcluded(image, one) ? [one.title] : [])).sort(),
})

/** By the rule that sweeps use. */
function isExcluded(
  { digest, tags }: Pick<Image, 'digest' | 'tags'>,
  { compiled, repository, names }: Covering,
): boolean {
  const marks = new Marks(1)
  keepExcluded(listingOf(repository, [{ repository, digest, tags }]), [compiled], names, marks)
  return marks.isKept(0)
}
