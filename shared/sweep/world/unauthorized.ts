import { missingGrantText } from '../../domain/grants/missing-grant.ts'
import { partsOf } from '../../domain/repository-id.ts'
import type { Policy } from '../../objects/policy-object.ts'
import type { CoveredObject } from './covered-object.ts'
import { namespaceOf, type Tenants } from './tenants.ts'

/**
 * The repositories in which a policy would delete and may not, with what would let it. The right that counts is that of
 * the policy's own namespace, also for the objects of other namespaces that it covers.
 */
export function unauthorizedIn(
  { object, spec }: Pick<Policy, 'object' | 'spec'>,
  covered: readonly Pick<CoveredObject, 'repository'>[],
  tenants: Tenants,
): ReadonlyMap<string, string> {
  if (!spec.targets.includes('RegistryArtifact')) return new Map()
  const { cluster, namespace } = namespaceOf(object)
  const refused = [...new Set(covered.map(one => one.repository))].filter(
    repository => tenants.deleteRight({ cluster, namespace }, repository) === undefined,
  )
  return new Map(
    refused.map(repository => {
      const { registry, path } = partsOf(repository)
      return [repository, missingGrantText(registry, { cluster, name: namespace }, path, 'delete')]
    }),
  )
}

/** What would let it, as its status says it. */
export const unauthorizedText = (unauthorized: ReadonlyMap<string, string>): string => {
  const [first = '', ...others] = unauthorized.values()
  return others.length === 0 ? first : `${first}; and ${others.length} more of its repositories likewise`
}
