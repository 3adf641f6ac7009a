import type { InstallationLimits } from '../../domain/policy/installation-limits.ts'
import { JudgingBudgetError } from '../../domain/retention/judging-budget.ts'
import { isRegistryOutcome } from '../../domain/sync-reason.ts'
import { NotFoundError, UnreadableRecordError } from '../../errors.ts'
import { isPaused, type Policy, parsePolicyObject } from '../../objects/policy-object.ts'
import type { Cluster } from '../../ports/cluster.ts'
import type { SweepRequest } from '../../ports/messaging.ts'
import type { RegistryReader } from '../../ports/registry.ts'
import { idOf } from '../../sync/task-deps.ts'
import { ClusterLists, unreadFor, unreadText } from '../world/cluster-lists.ts'
import type { Evaluation } from '../world/evaluate-policy.ts'
import { evaluateIn } from '../world/read-policy-world.ts'
import { type RepositoryWorld, readRepositoryWorld, readUsage } from '../world/read-world.ts'
import type { Tenants } from '../world/tenants.ts'
import { failedLately } from '../world/unread-names.ts'
import { type LookDeps, type Looked, type Looking, lookAtRegistry, type Span } from './look-pass.ts'
import { readUse, type UseDeps } from './read-use.ts'

export interface ReadDeps extends LookDeps, UseDeps {}

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
  const clusters = deps.clusters.map(one => one.view?.(0) ?? one)
  const lists = new ClusterLists(clusters, deps.rulebook, deps.awsWorkloads)
  const [all, use] = await Promise.all([lists.all(), readUse(repository, isFirst, { ...deps, clusters })])
  if ('problem' in use) return use
  const world = await readRepositoryWorld(repository, deps.store, deps.rulebook, { current: use })
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
