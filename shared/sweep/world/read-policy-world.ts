import pMap from 'p-map'
import { hasSucceeded } from '../../domain/records/syncs.ts'
import type { Usage } from '../../domain/usage.ts'
import type { Policy } from '../../objects/policy-object.ts'
import type { Store } from '../../ports/store.ts'
import type { CoveredObject } from './covered-object.ts'
import { type Evaluation, evaluatePolicy } from './evaluate-policy.ts'
import type { KnownRegistries } from './foreign-usage.ts'
import type { Policies } from './list-policies.ts'
import { coveredBy } from './policy-scope.ts'
import { type RepositoryWorld, readRepositoryWorld, readUsage } from './read-world.ts'
import type { Tenants } from './tenants.ts'

/** What policies of one cluster are judged on, read once. */
export interface PolicyWorld {
  readonly now: Date
  /** The objects of all clusters that track what the policies cover. */
  readonly tracked: readonly CoveredObject[]
  /** The covered repositories that the last sync of a credential at least could read. */
  readonly worlds: readonly RepositoryWorld[]
  /** The covered repositories that are left alone: no last sync succeeded, or a record cannot be read. */
  readonly skipped: readonly RepositoryWorld[]
  readonly usage: Usage
}

export interface PolicyWorldDeps {
  readonly store: Store
  /** The names of all sources of workloads, each of which must have been listed for usage of what it pulls to be complete. */
  readonly clusters: readonly string[]
  readonly registries: KnownRegistries
  /** Called with how many of the repositories are read. */
  readonly onRead?: (read: number, repositories: number) => void
}

const concurrency = 8

/** The repositories that any of the policies covers; `tracked` may be of all clusters. */
export const repositoriesOf = (policies: readonly Policy[], tracked: readonly CoveredObject[]): ReadonlySet<string> =>
  new Set(policies.flatMap(policy => coveredBy(policy, tracked)).map(one => one.repository))

/**
 * Reads what any of the policies covers, or only what is wanted of it, as of a moment ago: a mark is written over the very
 * record that it was judged by, and before a delete all is read again as it is then. Writes nothing.
 */
export async function readPolicyWorld(
  policies: readonly Policy[],
  tracked: readonly CoveredObject[],
  now: Date,
  deps: PolicyWorldDeps,
  isWanted: (repository: string) => boolean = () => true,
): Promise<PolicyWorld> {
  const covered = repositoriesOf(policies, tracked)
  const ids = [...covered].filter(isWanted)
  let read = 0
  let copies: ReturnType<Store['listCopies']> | undefined
  // They are those of all registries, so that what one repository needs of them is good for all.
  const listCopies = () => {
    copies ??= deps.store.listCopies()
    return copies
  }
  const store = { ...deps.store, listCopies }
  const readOne = async (id: string) => {
    const world = await readRepositoryWorld(id, store, deps.registries, { mayLag: true })
    deps.onRead?.(++read, ids.length)
    return world
  }
  const all = await pMap(ids, readOne, { concurrency })
  const relevant = tracked.filter(one => covered.has(one.repository))
  return policyWorldOf(all, relevant, now, deps)
}

/** The world made of repositories that were read already. */
export async function policyWorldOf(
  all: readonly RepositoryWorld[],
  tracked: readonly CoveredObject[],
  now: Date,
  { store, clusters, registries }: Pick<PolicyWorldDeps, 'store' | 'clusters' | 'registries'>,
): Promise<PolicyWorld> {
  const worlds = all.filter(isKnown)
  const skipped = all.filter(world => !isKnown(world))
  return { now, tracked, worlds, skipped, usage: await readUsage(worlds, clusters, { store, registries, now }) }
}

/**
 * A repository that no credential could read in its last sync is not known well enough to be judged. One credential
 * that reads it is enough: else whoever may name its path could keep it from being swept.
 */
export const isKnown = ({ syncs, unreadable }: Pick<RepositoryWorld, 'syncs' | 'unreadable'>): boolean =>
  unreadable === undefined && syncs.some(hasSucceeded)

/** The part of a world that was read for several policies which the sweep of this one looks at. */
export function worldOf(policy: Policy, world: PolicyWorld): PolicyWorld {
  const covered = repositoriesOf([policy], world.tracked)
  const isCovered = ({ id }: RepositoryWorld) => covered.has(id)
  return { ...world, worlds: world.worlds.filter(isCovered), skipped: world.skipped.filter(isCovered) }
}

/** All policies, and what their namespaces may do, where that counts. */
export interface PoliciesOfAll extends Policies {
  readonly tenants?: Tenants
}

/** What the sweep of a policy decides in its world, beside all policies of all clusters. */
export const evaluateIn = (
  { tracked, worlds, usage, now }: PolicyWorld,
  policy: Policy,
  { accepted, refused, tenants }: PoliciesOfAll,
): Evaluation => evaluatePolicy(policy, accepted, tracked, worlds, usage, now, { refused, ...(tenants && { tenants }) })
