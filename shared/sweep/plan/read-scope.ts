import { findCondition } from '../../objects/conditions.ts'
import type { Policy } from '../../objects/policy-object.ts'
import type { Cluster, ClusterNamespace, CustomObject } from '../../ports/cluster.ts'
import type { ClusterLists } from '../world/cluster-lists.ts'
import { coveredBy } from '../world/policy-scope.ts'
import { unarchivableIn } from '../world/unarchivable.ts'
import { unauthorizedIn } from '../world/unauthorized.ts'
import { isPartlyInForce } from './policy-facts.ts'

interface PolicyReach {
  readonly unauthorized: ReadonlyMap<string, string>
  /** Where it would archive and the registry has no archive. */
  readonly unarchivable: ReadonlyMap<string, string>
  /** What it covers; empty where it was not looked. */
  readonly repositories: ReadonlySet<string>
  readonly coverage?: string | undefined
}

/**
 * Where a policy may delete nothing, and what of its scope is not there: shown before the policy is due, so that its
 * author need not wait a night to read it. Read for policies that are new or changed, and for what was refused or
 * missing, which may be repaired by now; else where it was read anyway.
 */
export async function readScope(cluster: Cluster, policy: Policy, lists: ClusterLists): Promise<PolicyReach> {
  const none = new Map<string, string>()
  const unread = { unauthorized: none, unarchivable: none, repositories: new Set<string>() }
  // While a cluster cannot be read, it depends on what the policy covers whether that stops it.
  const isTold = lists.unread.size === 0 && isToldInForce(policy.object)
  if (!lists.hasTracked(cluster) && isTold) return unread
  const tracking = await lists.findTracked(cluster)
  if (tracking === undefined) return unread
  const covered = coveredBy(policy, tracking.tracked)
  const deletes = policy.spec.targets.includes('RegistryArtifact')
  return {
    unauthorized: deletes ? unauthorizedIn(policy, covered, tracking.tenants) : none,
    unarchivable: unarchivableIn(policy, covered, registry => lists.rulebook.factsOf(registry)),
    repositories: new Set(covered.map(one => one.repository)),
    coverage: coverageText(policy, covered.length, tracking.namespaces),
  }
}

function isToldInForce({ metadata, status }: CustomObject): boolean {
  const ready = findCondition(status, 'Ready')
  if (ready === undefined || isPartlyInForce(ready.reason) || saysCoverage(ready.message)) return false
  return ready.observedGeneration === metadata.generation
}

const ofNone = 'covers 0 Repository objects'

/** What of its scope a policy most likely did not mean, as its author reads it; undefined where it covers something. */
function coverageText(
  { spec }: Policy,
  coveredCount: number,
  namespaces: readonly ClusterNamespace[],
): string | undefined {
  const known = new Set(namespaces.map(({ name }) => name))
  const absent = (spec.namespaces ?? []).filter(name => !known.has(name))
  const texts = [...(coveredCount === 0 ? [ofNone] : []), ...absent.map(absentText)]
  return texts.length === 0 ? undefined : texts.join('; ')
}

const absence = ' does not exist'
const absentText = (name: string): string => `namespace ${name}${absence}`

/** True for a message of that kind, which may be outdated: its reader was asked to repair something. */
const saysCoverage = (message: string): boolean => message.includes(ofNone) || message.includes(absence)
