import { amountText } from '../../domain/amount-text.ts'
import { actionWords } from '../../domain/policy/action-words.ts'
import { factsOf } from '../../domain/providers/providers.ts'
import { UnreadableRecordError } from '../../errors.ts'
import type { Policy } from '../../objects/policy-object.ts'
import type { Cluster } from '../../ports/cluster.ts'
import type { LayerArchive } from '../../ports/layer-archive.ts'
import type { EventPublisher, SweepRequest } from '../../ports/messaging.ts'
import type { KillSwitch, ManifestArchive } from '../../ports/platform.ts'
import type { Store } from '../../ports/store.ts'
import type { WorkloadSource } from '../../ports/workload-source.ts'
import { announceRepositories } from '../../records/announce-repositories.ts'
import type { Rulebook } from '../../settings.ts'
import { idOf } from '../../sync/task-deps.ts'
import { withLease } from '../world/with-lease.ts'
import type { BatchDeps } from './batch-deps.ts'
import { LayerCopies } from './layer-copies.ts'
import { continueLook, policyOf } from './look-pass.ts'
import { openWriter, type WriterDeps } from './open-writer.ts'
import { orProblem, readAfresh, readPolicy } from './read-afresh.ts'
import { reportDeletions } from './report-deletions.ts'
import { sweepBatches } from './sweep-batches.ts'
import { SweepGuard } from './sweep-guard.ts'
import { SweepTally } from './sweep-tally.ts'
import type { Stop } from './worker-pool.ts'

export interface ExecuteDeps extends WriterDeps, Pick<BatchDeps, 'fewTags'> {
  readonly store: Store
  readonly events: EventPublisher
  readonly clusters: readonly Cluster[]
  readonly awsWorkloads: readonly WorkloadSource[]
  readonly archive: ManifestArchive
  readonly layers: LayerArchive
  readonly killSwitch: KillSwitch
  readonly now: () => Date
  /** Milliseconds until the invocation is ended from outside; absent where nothing ends it. */
  readonly remainingMs?: (() => number) | undefined
  /** How to wait between two looks at what a delete did; default in real time. */
  readonly pause?: (ms: number) => Promise<unknown>
  /** Aborted once so many milliseconds are over; default: in real time. */
  readonly deadline?: ((ms: number) => AbortSignal) | undefined
  /** How to wait for a lease; default in real time. */
  readonly wait?: (ms: number) => Promise<unknown>
}

/** What happened, for the log; `deleted` counts images of which something was deleted. */
export interface ExecuteResult {
  readonly deleted: number
  readonly failed: number
  readonly message: string
}

/**
 * Deletes what of one repository a policy would delete and has marked, and whose grace is over. Everything is read again first:
 * the policy, the registry, the clusters. Whatever cannot be read keeps everything. What does not fit into the
 * invocation is left marked, and the planner asks for it again.
 */
export async function executeSweep(request: SweepRequest, deps: ExecuteDeps): Promise<ExecuteResult> {
  const cluster = deps.clusters.find(one => one.name === request.cluster)
  if (!cluster) return nothing(`cluster ${request.cluster} is ${absence(request.cluster, deps.rulebook)}`)
  const read = await readPolicy(cluster, request, deps.rulebook.limits)
  if ('problem' in read) return nothing(read.problem)
  const repository = idOf(request)
  const tally = new SweepTally(repository)
  try {
    await deps.store.findPolicy(read.policy.id)
    const result = await sweepWithLease(request, read.policy, cluster, tally, deps)
    await announceRepositories([repository], deps.events)
    return result
  } catch (error) {
    // The queue would deliver it for ever: images whose records cannot be read are kept until somebody repairs these.
    if (!(error instanceof UnreadableRecordError)) throw error
    return resultOf(tally, `kept everything else: ${error.message}`)
  }
}

/** Why a cluster is not among those that are served. */
const absence = (cluster: string, { drained }: Rulebook): string =>
  drained.includes(cluster) ? 'drained' : 'not configured any more'

const nothing = (message: string): ExecuteResult => ({ deleted: 0, failed: 0, message })

const resultOf = ({ changedImages, failed }: SweepTally, message: string): ExecuteResult => ({
  deleted: changedImages,
  failed,
  message,
})

const sweepWithLease = (
  request: SweepRequest,
  policy: Policy,
  cluster: Cluster,
  tally: SweepTally,
  deps: ExecuteDeps,
) =>
  withLease(tally.repository, deps, async stillHeld => {
    const { killSwitch, remainingMs, now } = deps
    const guard = new SweepGuard({ killSwitch, stillHeld, remainingMs, now })
    const stop = await sweep(request, policy, cluster, guard, tally, deps)
    return resultOf(tally, stop.message)
  })

async function sweep(
  request: SweepRequest,
  policy: Policy,
  cluster: Cluster,
  guard: SweepGuard,
  tally: SweepTally,
  deps: ExecuteDeps,
): Promise<Stop> {
  const report = reporterOf(request, tally, deps)
  try {
    const opened = await openWriter(request, policy, cluster, deps)
    if ('problem' in opened) {
      const stop = { message: opened.problem, isIdle: true, isProblem: true }
      await report(stop)
      return stop
    }
    const { writer, isTenants } = opened
    const stopReason = () => guard.stopReason()
    const { layers, remainingMs } = deps
    const stop = await sweepBatches(
      { runId: request.runId, path: request.repository },
      {
        ...deps,
        cluster,
        writer,
        tally,
        stopReason,
        layerCopies: new LayerCopies({ writer, layers, stopReason, remainingMs }),
        askAgain: () => guard.askAgain(),
        continueLook: async () => {
          const looked = await orProblem(() => continueLook(request, { reader: writer, isTenants }, deps))
          if (!looked) return undefined
          if ('problem' in looked) return { message: looked.problem, isProblem: true }
          const done = 'looked at all tags; the next invocation deletes'
          return { message: 'unfinished' in looked ? looked.unfinished : done }
        },
        readAfresh: async isFirst => {
          const fresh = await readAfresh(request, { cluster, reader: writer, isTenants, isFirst }, deps)
          if ('problem' in fresh || 'unfinished' in fresh) return fresh
          const problem = await opened.lostRight(fresh)
          if (problem !== undefined) return { problem }
          tally.noteObjects(fresh.evaluation.covered)
          return fresh
        },
        reportProgress: planned =>
          report({
            message: `${tally.changedImages} of ${amountText(planned, 'image')} ${actionWords(policy.spec.action).doneIn} ${tally.repository} so far`,
          }),
      },
    )
    const wakeAt = new Date(deps.now().getTime() + (stop.retryAfterMs ?? 0))
    await report(stop, stop.isIdle ? undefined : wakeAt)
    return stop
  } catch (error) {
    // What was deleted before is reported in any case; the queue delivers the message again, which continues.
    if (!tally.isEmpty) await report({ message: 'interrupted; continues with the next attempt' }).catch(() => undefined)
    throw error
  }
}

/** Adds to the run what is not reported yet. */
const reporterOf =
  (request: SweepRequest, tally: SweepTally, { store, rulebook, now }: ExecuteDeps) =>
  async ({ message, isProblem = false }: Stop, wakeAt?: Date): Promise<void> => {
    const share = tally.unreported()
    const { repository } = tally
    const { runId } = request
    const report = {
      policy: policyOf(request),
      repository,
      runId,
      message,
      isProblem,
      at: now(),
      restorableUntil: factsOf(rulebook.providerOf(request.registry)).restorableUntil(request.registry, undefined),
      ...share,
      ...(wakeAt && { wakeAt }),
    }
    await reportDeletions(report, store)
    tally.markReported(share)
  }
