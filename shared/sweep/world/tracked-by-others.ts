import type { TrackedTest, Tracking } from '../../domain/retention/tracked-test.ts'
import { isPaused, type Policy } from '../../objects/policy-object.ts'
import type { CoveredObject } from './covered-object.ts'
import { digestKey, type Rival, tagKey } from './rivals.ts'
import { namespaceOf, perNamespace, type Tenants } from './tenants.ts'

/** A policy whose verdicts are known, and the objects that it covers. */
export interface JudgedPolicy {
  readonly policy: Policy
  readonly covered: readonly CoveredObject[]
  readonly rival: Rival
}

/** An object of another tenant, with the policies that may delete what it tracks. */
interface Outsider {
  readonly deleters: readonly Rival[]
  readonly tracking: Tracking
}

/**
 * Tells what the objects outside of a policy's scope track whose namespaces have standing, unless a policy over such an
 * object would delete it as well. Undefined where there are none. Namespaces of one tenant do not hold up each other.
 */
export function trackedByOthers(
  { object }: Policy,
  covered: readonly CoveredObject[],
  tracked: readonly CoveredObject[],
  judged: readonly JudgedPolicy[],
  tenants: Tenants,
): TrackedTest | undefined {
  const own = new Set(covered.map(keyOf))
  const mine = namespaceOf(object)
  const counts = perNamespace(
    (of, repository) => tenants.hasStanding(of, repository) && !tenants.isSame(mine, of, repository),
  )
  const byObject = policiesThatMayDelete(judged, tenants)
  const byTag = new Map<string, Outsider[]>()
  const wholes = new Map<string, Outsider[]>()
  for (const one of tracked) {
    if (own.has(keyOf(one)) || !counts(namespaceOf(one.object), one.repository)) continue
    const outsider = { deleters: byObject.get(keyOf(one)) ?? [], tracking: trackingOf(one) }
    if (one.tag === undefined) pushTo(wholes, one.repository, outsider)
    else pushTo(byTag, tagKey(one.repository, one.tag), outsider)
  }
  if (byTag.size + wholes.size === 0) return undefined
  return (repository, tag, digest) => {
    const keys = [digestKey(repository, digest), ...(tag === undefined ? [] : [tagKey(repository, tag)])]
    const isHeld = ({ deleters }: Outsider) => !deleters.some(({ deletes }) => keys.some(deletes))
    const ofTag = tag === undefined ? undefined : byTag.get(tagKey(repository, tag))?.find(isHeld)
    return (ofTag ?? wholes.get(repository)?.find(isHeld))?.tracking
  }
}

/**
 * The objects outside of a policy's scope whose namespaces have no standing: they keep nothing, and are informed by
 * Events.
 */
export function outsidersWithoutStanding(
  { object }: Policy,
  covered: readonly CoveredObject[],
  tracked: readonly CoveredObject[],
  tenants: Tenants,
): CoveredObject[] {
  const own = new Set(covered.map(keyOf))
  const mine = namespaceOf(object)
  const hasNoStanding = perNamespace(
    (of, repository) => !tenants.hasStanding(of, repository) && !tenants.isSame(mine, of, repository),
  )
  return tracked.filter(one => !own.has(keyOf(one)) && hasNoStanding(namespaceOf(one.object), one.repository))
}

/**
 * The policies whose verdict may delete what an object tracks, by each object that they cover: none on dry run,
 * paused or without a target that is served, and none of a namespace that neither owns the object nor may delete there.
 */
function policiesThatMayDelete(
  judged: readonly JudgedPolicy[],
  tenants: Tenants,
): ReadonlyMap<string, readonly Rival[]> {
  const byObject = new Map<string, Rival[]>()
  for (const { policy, covered, rival } of judged) {
    if (policy.spec.suspend || policy.spec.dryRun || policy.spec.targets.length === 0 || isPaused(policy)) continue
    const from = namespaceOf(policy.object)
    const mayDecide = perNamespace(
      (of, repository) => tenants.isSame(from, of, repository) || tenants.deleteRight(from, repository) !== undefined,
    )
    for (const one of covered)
      if (mayDecide(namespaceOf(one.object), one.repository)) pushTo(byObject, keyOf(one), rival)
  }
  return byObject
}

const trackingOf = ({ object }: CoveredObject): Tracking => {
  const { namespace, name } = object.metadata
  const title = `Repository ${namespace}/${name} in cluster ${object.cluster}`
  return { reason: `tracked by ${title}, whose namespace has a grant there`, protectedBy: [title] }
}

const keyOf = ({ object: { cluster, metadata } }: CoveredObject): string =>
  `${cluster}/${metadata.namespace}/${metadata.name}`

function pushTo<T>(map: Map<string, T[]>, key: string, one: T): void {
  const known = map.get(key)
  if (known) known.push(one)
  else map.set(key, [one])
}
