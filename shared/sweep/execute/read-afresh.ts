import pMap from 'p-map'
import type { InstallationLimits } from '../../domain/policy/installation-limits.ts'
import { JudgingBudgetError } from '../../domain/retention/judging-budget.ts'
import { isRegistryOutcome } from '../../domain/sync-reason.ts'
import { sourcesFor } from '../../domain/usage-freshness.ts'
import { NotFoundError, UnreadableRecordError } from '../../errors.ts'
import { takeInventory } from '../../inventory/take-inventory.ts'
import { isPaused, type Policy, parsePolicyObject } from '../../objects/policy-object.ts'
import type { Cluster } from '../../ports/cluster.ts'
import type { EventPublisher, SweepRequest } from '../../ports/messaging.ts'
import type { RegistryReader } from '../../ports/registry.ts'
import type { WorkloadSource } from '../../ports/workload-source.ts'
import type { Rulebook } from '../../settings.ts'
import { idOf } from '../../sync/task-deps.ts'
import { ClusterLists, unreadFor, unreadText } from '../world/cluster-lists.ts'
import type { Evaluation } from '../world/evaluate-policy.ts'
import { evaluateIn } from '../world/read-policy-world.ts'
import { type RepositoryWorld, readRepositoryWorld, readUsage } from '../world/read-world.ts'
import type { Tenants } from '../world/tenants.ts'
import { failedLately } from '../world/unread-names.ts'
import { type LookDeps, type Looked, type Looking, lookAtRegistry, type Span } from './look-pass.ts'

export interface ReadDeps extends LookDeps {
  readonly clusters: readonly Cluster[]
  /** What runs images beside the clusters. */
  readonly awsWorkloads: readonly WorkloadSource[]
  readonly events: EventPublisher
  readonly rulebook: Rulebook
}

/** A verdict on what was just read, or why there is none and everything is kept. */
export type Fresh =
  | {
      readonly policy: Policy
      readonly evaluation: Evaluation
      readonly world: RepositoryWorld
      /** What the namespaces may do, as of this look. */
      readonly tenants: Tenants
      /** When the registry was read, where that was not in this invocation alone. */
      readonly span?: Span
    }
  /** The registry is too large to be read in this invocation: the next one goes on. */
  | { readonly unfinished: string }
  | { readonly problem: string }

/** A later look of the same sweep uses an inventory that is no older; the first one always takes its own. */
const maxInventoryAgeMs = 2 * 60_000
const sourceConcurrency = 8

/** The policy as it is now, or why it deletes nothing. */
export async function readPolicy(
  cluster: Cluster,
  request: SweepRequest,
  limits: InstallationLimits,
): Promise<{ readonly policy: Policy } | { readonly problem: string }> {
  const object = await cluster.findObject('ImageCleanupPolicy', request.namespace, request.policy)
  if (!object) return { problem: 'the policy was deleted' }
  const policy = parsePolicyObject(object, limits)
  if (policy.spec.suspend || policy.spec.dryRun) return { problem: 'the policy is suspended or on dry run' }
  return isPaused(policy) ? { problem: 'the policy is paused by its annotation' } : { policy }
}

interface Reading extends Looking {
  readonly cluster: Cluster
  readonly isFirst: boolean
}

/**
 * Reads everything that a verdict needs and judges again: the policy, then the registry, then the clusters, so that a
 * workload that started meanwhile is seen. The first look of a sweep only finds what to prepare: it takes the tags as
 * they were last synced, and nothing is deleted on it.
 */
export async function readAfresh(
  request: SweepRequest,
  { cluster, reader, isTenants, isFirst }: Reading,
  deps: ReadDeps,
): Promise<Fresh> {
  const read = await readPolicy(cluster, request, deps.rulebook.limits)
  if ('problem' in read) return read
  const { policy } = read
  const repository = idOf(request)
  const looked = await orProblem(() =>
    isFirst ? probe(reader, request.repository) : lookAtRegistry(request, { reader, isTenants }, deps),
  )
  if ('problem' in looked || 'unfinished' in looked) return looked
  const unread = await readSources(repository, isFirst, deps)
  if (unread !== undefined) return { problem: unread }
  const lists = new ClusterLists(deps.clusters, deps.rulebook, deps.awsWorkloads)
  const [all, world] = await Promise.all([lists.all(), readRepositoryWorld(repository, deps.store, deps.rulebook)])
  if (world.unreadable !== undefined) return { problem: `kept everything: ${world.unreadable}` }
  const failed = isFirst ? undefined : failedLately(world, deps.now())
  if (failed !== undefined) return { problem: `kept everything: the registry could not be read: ${failed}` }
  const unlisted = unreadText(unreadFor(all.unread, new Set([repository]), deps.rulebook))
  if (unlisted !== undefined) return { problem: `kept everything: ${unlisted}` }
  const now = deps.now()
  const usage = await readUsage([world], lists.workloadSources, { store: deps.store, registries: deps.rulebook, now })
  const tracked = all.tracked.filter(one => one.repository === repository)
  try {
    const evaluation = evaluateIn({ now, tracked, worlds: [world], skipped: [], usage }, policy, all)
    return { policy, world, evaluation, tenants: all.tenants, ...looked }
  } catch (error) {
    if (!(error instanceof JudgingBudgetError)) throw error
    return { problem: `kept everything: ${error.message}` }
  }
}

/** So that an outage is found before anything is prepared. A repository that is gone is an answer like any other. */
async function probe(reader: RegistryReader, path: string): Promise<Looked> {
  try {
    await reader.listRepository(path)
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error
  }
  return {}
}

/** What the registry does to a look is why everything is kept. */
export async function orProblem<T>(look: () => Promise<T>): Promise<T | { readonly problem: string }> {
  try {
    return await look()
  } catch (error) {
    if (!isRegistryOutcome(error)) throw error
    if (error instanceof UnreadableRecordError) return { problem: `kept everything: ${error.message}` }
    return { problem: `kept everything: the registry could not be read: ${error.message}` }
  }
}

/** Why the use of images is not known; undefined when every source that pulls from there was listed completely. */
async function readSources(repository: string, isFirst: boolean, deps: ReadDeps): Promise<string | undefined> {
  const readOne = async ([label, source]: readonly [string, WorkloadSource]) => {
    if (!isFirst && (await isListed(source, deps))) return undefined
    const { complete, message } = await takeInventory(source, { ...deps.rulebook, ...deps })
    return complete ? undefined : `kept everything: ${label} ${source.name}: ${message}`
  }
  const sources = [
    ...deps.clusters.map(source => ['cluster', source] as const),
    ...deps.awsWorkloads.map(source => ['aws', source] as const),
  ]
  const names = sources.map(([, source]) => source.name)
  const needed = new Set(sourcesFor([repository], names, deps.rulebook))
  const pulling = sources.filter(([, source]) => needed.has(source.name))
  const problems = await pMap(pulling, readOne, { concurrency: sourceConcurrency })
  return problems.find(problem => problem !== undefined)
}

async function isListed(source: WorkloadSource, { store, now }: ReadDeps): Promise<boolean> {
  const inventory = await store.findInventory(source.name)
  if (inventory?.complete !== true) return false
  const ageMs = now().getTime() - inventory.startedAt.getTime()
  // One from the future is of another clock, and says nothing of its age.
  return ageMs >= 0 && ageMs <= maxInventoryAgeMs
}
