import type { Policy } from '../../objects/policy-object.ts'
import type { Condition } from '../../ports/cluster.ts'
import type { CoveredObject } from '../world/covered-object.ts'
import { coveredBy } from '../world/policy-scope.ts'
import { countsFor } from '../world/rivals.ts'
import type { Tenants } from '../world/tenants.ts'

/**
 * The policies against which a policy on dry run keeps images, as its author reads them; null where there are none.
 * `covered` is what this one covers.
 */
export function heldByDryRun(
  policy: Policy,
  others: readonly Policy[],
  covered: readonly CoveredObject[],
  tenants: Tenants,
): string | null {
  if (!policy.spec.dryRun) return null
  const { namespace } = policy.object.metadata
  const held = others.filter(other => {
    if (other.id === policy.id || other.spec.dryRun || other.spec.suspend) return false
    const counts = countsFor(other.object, tenants)(policy.object)
    return coveredBy(other, covered).some(one => counts(one.repository))
  })
  const own = held.filter(one => one.object.metadata.namespace === namespace).map(one => one.object.metadata.name)
  const foreign = held.length - own.length
  const named = [...own.sort().slice(0, 5), ...(own.length > 5 ? [`${own.length - 5} more`] : [])]
  const names = [...named, ...(foreign > 0 ? [`${foreign} of other namespaces`] : [])]
  return names.length === 0 ? null : names.join(', ')
}

/** Its type, for those that look whether it still holds. */
export const keepsForOthers = 'KeepsForOthers'

/** A dry run that was forgotten keeps its images for ever, also from the policies that are to delete them. */
export function dryRunCondition(
  held: string | null | undefined,
): Omit<Condition, 'lastTransitionTime' | 'observedGeneration'>[] {
  if (held === null || held === undefined) return []
  const message = `on dry run it deletes nothing, and what it keeps stays for these policies too: ${held}; delete it where that is not meant`
  return [{ type: keepsForOthers, status: 'True', reason: 'DryRun', message }]
}
