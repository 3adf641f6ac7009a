import { isRegistryOutcome } from '../../shared/domain/sync-reason.ts'
import { takeInventory } from '../../shared/inventory/take-inventory.ts'
import type { Cluster } from '../../shared/ports/cluster.ts'
import type { SweepRequest } from '../../shared/ports/messaging.ts'
import type { KillSwitch, ManifestArchive } from '../../shared/ports/platform.ts'
import type { RegistryWriter } from '../../shared/ports/registry.ts'
import type { Store } from '../../shared/ports/store.ts'
import { type Evaluation, evaluatePolicy } from '../../shared/sweep/evaluate-policy.ts'
import { listPolicies } from '../../shared/sweep/list-policies.ts'
import { type Policy, parsePolicyObject } from '../../shared/sweep/policy-object.ts'
import { listTrackedObjects } from '../../shared/sweep/policy-scope.ts'
import { type RepositoryWorld, readRepositoryWorld, readUsage } from '../../shared/sweep/read-world.ts'
import { syncReferrers, syncRepository } from '../../shared/sync/sync-repository.ts'
import { deleteImage } from './delete-image.ts'
import { planDeletions } from './plan-deletions.ts'
import { reportDeletions, type SweepReport } from './report-deletions.ts'
import { withLease } from './with-lease.ts'

export interface ExecuteDeps {
  readonly store: Store
  readonly clusters: readonly Cluster[]
  readonly writerFor: (registry: string) => Promise<RegistryWriter>
  readonly archive: ManifestArchive
  readonly killSwitch: KillSwitch
  readonly canonicalHost: (host: string) => string
  readonly now: () => Date
}

/** What happened, for the log; `deleted` counts images of which something was deleted. */
export interface ExecuteResult {
  readonly deleted: number
  readonly failed: number
  readonly message: string
}

/**
 * Deletes what of one repository a policy doomed and marked, and whose grace is over. Everything is read again first:
 * the policy, the registry, the clusters. Whatever cannot be read keeps everything.
 */
export async function executeSweep(request: SweepRequest, deps: ExecuteDeps): Promise<ExecuteResult> {
  const cluster = deps.clusters.find(one => one.name === request.cluster)
  if (!cluster) return nothing(`cluster ${request.cluster} is not configured any more`)
  const object = await cluster.findObject('ImageCleanupPolicy', request.namespace, request.policy)
  if (!object) return nothing('the policy was deleted')
  const policy = parsePolicyObject(object)
  if (policy.spec.suspend || policy.spec.dryRun) return nothing('the policy is suspended or on dry run')
  const repository = `${request.registry}/${request.repository}`
  return withLease(repository, deps, async stillHeld => {
    const report = await sweepRepository(request, repository, cluster, policy, stillHeld, deps)
    await reportDeletions(policy, request.runId, report, deps)
    return {
      deleted: report.deletedImages,
      failed: report.items.filter(item => item.action === 'Failed').length,
      message: report.message,
    }
  })
}

const nothing = (message: string): ExecuteResult => ({ deleted: 0, failed: 0, message })

async function sweepRepository(
  request: SweepRequest,
  repository: string,
  cluster: Cluster,
  policy: Policy,
  stillHeld: () => Promise<boolean>,
  deps: ExecuteDeps,
): Promise<SweepReport> {
  const report: SweepReport = { items: [], deletedImages: 0, deletedDigests: [], message: '', world: undefined }
  const writer = await deps.writerFor(request.registry)
  const fresh = await readAfresh(request, repository, cluster, policy, writer, deps)
  if ('problem' in fresh) return { ...report, message: fresh.problem }
  const { evaluation, world } = fresh
  const limits = evaluation.judgement.limits
  if (limits.exceeded) return { ...report, message: `stopped by its limits: ${limits.reason ?? 'a limit is exceeded'}` }
  const context = { policy, runId: request.runId, path: request.repository }
  for (const deletion of planDeletions(evaluation, world, deps.now())) {
    if (await deps.killSwitch.isPaused()) return { ...report, world, message: 'stopped by the kill switch' }
    if (!(await stillHeld())) return { ...report, world, message: 'stopped: another sweep took the repository over' }
    const result = await deleteImage(deletion, context, { ...deps, writer, cluster })
    report.items.push(...itemsOf(policy, repository, deletion, result))
    if (result.outcome !== 'deleted') continue
    report.deletedImages += 1
    if (result.wholeImage) report.deletedDigests.push(deletion.image.digest)
  }
  return { ...report, world, message: `${report.deletedImages} images deleted from ${repository}` }
}

type Fresh = { readonly evaluation: Evaluation; readonly world: RepositoryWorld } | { readonly problem: string }

/** Registry first, then the clusters, so that a workload that started meanwhile is seen. */
async function readAfresh(
  request: SweepRequest,
  repository: string,
  cluster: Cluster,
  policy: Policy,
  writer: RegistryWriter,
  deps: ExecuteDeps,
): Promise<Fresh> {
  try {
    const context = { repository, actor: 'sweep', now: deps.now(), hinted: false }
    const syncDeps = { store: deps.store, reader: writer }
    await syncRepository(context, request.repository, syncDeps)
    const marked = (await deps.store.listImages(repository)).filter(image => image.mark?.policy === policy.id)
    await syncReferrers(
      context,
      request.repository,
      marked.map(image => image.digest),
      syncDeps,
    )
  } catch (error) {
    if (!isRegistryOutcome(error)) throw error
    return { problem: `kept everything: the registry could not be read: ${error.message}` }
  }
  for (const one of deps.clusters) {
    const inventory = await takeInventory(one, deps)
    if (!inventory.complete) return { problem: `kept everything: cluster ${one.name}: ${inventory.message}` }
  }
  const [tracked, others, world] = await Promise.all([
    listTrackedObjects(cluster, deps.canonicalHost),
    listPolicies(cluster),
    readRepositoryWorld(repository, deps.store),
  ])
  const usage = await readUsage(
    [world],
    deps.clusters.map(one => one.name),
    deps.store,
    deps.now(),
  )
  return { world, evaluation: evaluatePolicy(policy, others.accepted, tracked, [world], usage, deps.now()) }
}

type Deletions = ReturnType<typeof planDeletions>[number]

function itemsOf(
  policy: Policy,
  repository: string,
  { image, tags, objects }: Deletions,
  result: Awaited<ReturnType<typeof deleteImage>>,
): SweepReport['items'] {
  const action = result.outcome === 'deleted' ? ('Deleted' as const) : ('Failed' as const)
  const message = (result.outcome === 'failed' ? result.message : (image.mark?.reason ?? '')).slice(0, 512)
  const named = tags.length > 0 ? tags : [undefined]
  return named.map(tag => {
    const object = objects.find(one => one.tag === tag)?.object.metadata
    return {
      namespace: object?.namespace ?? policy.object.metadata.namespace,
      name: object?.name ?? tag ?? image.digest,
      image: tag === undefined ? `${repository}@${image.digest}` : `${repository}:${tag}`,
      action,
      reason: 'none',
      message,
    }
  })
}
