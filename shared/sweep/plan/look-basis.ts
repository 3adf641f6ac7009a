import { createHash } from 'node:crypto'
import { anyRepository } from '../../domain/usage-records.ts'
import { isPaused, type Policy, type RefusedPolicy } from '../../objects/policy-object.ts'
import type { CustomObject } from '../../ports/cluster.ts'
import type { Store } from '../../ports/store.ts'
import type { AllClusters } from '../world/cluster-lists.ts'
import type { CoveredObject } from '../world/covered-object.ts'
import { repositoriesOf } from '../world/read-policy-world.ts'
import { namespaceOf, type Tenants } from '../world/tenants.ts'

/**
 * What the marks of a policy rest on beside its repositories, in one short text that changes with it: the objects that track
 * what it covers, what their namespaces may do there, every policy of their clusters, and which digests workloads name
 * without a repository. `stoppedBecause` is why nothing may be deleted now.
 */
export async function basisOf(
  policy: Policy,
  { accepted, refused, tracked, tenants }: Pick<AllClusters, 'accepted' | 'refused' | 'tracked' | 'tenants'>,
  stoppedBecause: string | undefined,
  store: Pick<Store, 'listUsage'>,
): Promise<string> {
  const covered = repositoriesOf([policy], tracked)
  const objects = tracked.filter(one => covered.has(one.repository))
  const clusters = new Set([policy.object.cluster, ...objects.map(({ object }) => object.cluster)])
  const usage = await store.listUsage(anyRepository)
  const lines = [
    ...objects.map(one => objectText(one, policy, tenants)),
    ...accepted.filter(({ object }) => clusters.has(object.cluster)).map(policyText),
    ...refused.filter(({ object }) => clusters.has(object.cluster)).map(refusedText),
    ...usage.filter(({ endedAt }) => endedAt === undefined).map(({ image }) => image),
  ]
  const all = [stoppedBecause ?? '', rightsText(namespaceOf(policy.object), covered, tenants), ...new Set(lines.sort())]
  return createHash('sha256').update(JSON.stringify(all)).digest('base64url')
}

type Named = ReturnType<typeof namespaceOf>

const rightsText = (of: Named, repositories: ReadonlySet<string>, tenants: Tenants): string =>
  JSON.stringify([tenants.uidOf(of), [...repositories].filter(one => !tenants.deleteRight(of, one)).sort()])

function objectText({ object, repository, tag }: CoveredObject, policy: Policy, tenants: Tenants): string {
  const of = namespaceOf(object)
  const mine = namespaceOf(policy.object)
  const mayDelete = tenants.deleteRight(of, repository) !== undefined
  const counts = [tenants.isSame(mine, of, repository), tenants.hasStanding(of, repository), mayDelete]
  return JSON.stringify([idOf(object), object.metadata.labels, repository, tag, tenants.uidOf(of), counts])
}

/** Of all policies one text each, however many others are looked at beside it. */
const policyTexts = new WeakMap<Policy, string>()

function policyText(policy: Policy): string {
  const { object } = policy
  const text =
    policyTexts.get(policy) ??
    JSON.stringify([idOf(object), object.metadata.uid, policy.hash, policy.spec, isPaused(policy)])
  policyTexts.set(policy, text)
  return text
}

const refusedText = ({ object, message }: RefusedPolicy): string =>
  JSON.stringify([idOf(object), object.metadata.uid, object.spec, message])

const idOf = ({ cluster, metadata }: CustomObject): string[] => [cluster, metadata.namespace, metadata.name]
