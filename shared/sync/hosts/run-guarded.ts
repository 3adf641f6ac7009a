import type { HostWait } from '../../domain/host-health.ts'
import type { SyncRecord } from '../../domain/records/syncs.ts'
import { UnavailableError, UnreadableRecordError } from '../../errors.ts'
import { type SyncTask, whereOf } from '../parse-message.ts'
import { runTask } from '../run-task.ts'
import { idOf, type TaskDeps, type TaskResult } from '../task-deps.ts'
import { type AskHostDeps, hostAsker } from './ask-host.ts'
import { deferTask } from './defer-task.ts'
import { DeferredError } from './deferred-error.ts'
import { readingOnce } from './hint-reads.ts'
import type { HostWatch } from './host-watch.ts'
import { noteOutage, syncsOfTask, waitOfSyncs } from './outages.ts'
import { defaultSlotDelayMs, TaskEnd, type TaskEndDeps } from './task-end.ts'
import { faultText, Witness, watchedReader } from './watched-reader.ts'

export type GuardDeps = Omit<TaskDeps, 'readerFor'> & AskHostDeps & TaskEndDeps & { readonly hosts: HostWatch }

/**
 * Runs one task so that no tenant waits for another: a repository that does not answer is left alone, and so is a host
 * that does not; what is slow takes only its share of the invocations; and a task that is not done for such a reason is
 * recorded as waiting and counts neither as a success nor as a failure.
 */
export async function runGuarded(task: SyncTask, allDeps: GuardDeps): Promise<TaskResult> {
  const deps = task.kind === 'hint' ? { ...allDeps, store: readingOnce(allDeps.store) } : allDeps
  const namespaces = task.kind === 'request' ? (task.request.namespaces ?? []) : []
  const end = new TaskEnd({ host: whereOf(task).registry, namespaces }, deps)
  try {
    const syncs = await syncsOfTask(task, deps)
    const wait = waitOfSyncs(syncs, deps.now()) ?? (await findWait(task, syncs, end, deps))
    if (wait) return await deferTask(task, wait, deps)
    return await runWatched(task, syncs, end, deps)
  } catch (error) {
    if (error instanceof DeferredError) return await deferTask(task, error, deps)
    // What was not done for want of time alone is due at once: in the queue it would hold up its group.
    if (error instanceof UnavailableError && error.isOverdue)
      return await deferTask(task, { until: deps.now(), message: error.message }, deps)
    // As with the task itself: the queue would deliver the message for ever.
    if (error instanceof UnreadableRecordError) return { outcome: 'failed', message: error.message }
    throw error
  } finally {
    await end.stop()
  }
}

/** A hint reads little, and its queue is another: it takes no slot. */
async function findWait(
  task: SyncTask,
  [sync]: readonly SyncRecord[],
  end: TaskEnd,
  deps: GuardDeps,
): Promise<HostWait | undefined> {
  const host = whereOf(task).registry
  const credential = task.kind === 'request' ? task.request.credential : sync?.credential
  if (task.kind === 'request') end.takeSlotIfSlow()
  const wait = await deps.hosts.findWait(host, hostAsker(host, credential, end.signal, deps))
  const isSlow = task.kind === 'request' && sync !== undefined && isKnownSlow(sync, deps.slotDelayMs)
  if (!wait && isSlow) await end.takeSlot()
  return wait
}

const isKnownSlow = ({ deferred, progress, lastOutcome }: SyncRecord, delayMs = defaultSlotDelayMs): boolean =>
  deferred?.isSlow === true ||
  progress !== undefined ||
  (lastOutcome !== undefined && lastOutcome.finishedAt.getTime() - lastOutcome.startedAt.getTime() > delayMs)

async function runWatched(
  task: SyncTask,
  syncs: readonly SyncRecord[],
  { signal }: TaskEnd,
  deps: GuardDeps,
): Promise<TaskResult> {
  const witness = new Witness()
  const startedAt = deps.now()
  const readerFor: TaskDeps['readerFor'] = async (registry, options) => {
    const all = options.signal ? AbortSignal.any([options.signal, signal]) : signal
    const reader = await deps.readerFor(registry, { ...options, signal: all })
    return watchedReader(reader, { witness, credential: options.credential, signal, now: deps.now })
  }
  const result = await runTask(task, { ...deps, readerFor })
  const wait = await noteFailure(task, { result, witness, startedAt, syncs, signal }, deps)
  // Its push would else show at the next scheduled sync only.
  return wait && task.kind === 'hint' ? deferTask(task, wait, deps) : result
}

interface Made {
  readonly result: TaskResult
  readonly witness: Witness
  readonly startedAt: Date
  readonly syncs: readonly SyncRecord[]
  readonly signal: AbortSignal
}

/** How long the repository, or all of its host, is left alone from now on; undefined where it is not. */
async function noteFailure(
  task: SyncTask,
  { result, witness: { failure: seen }, startedAt, syncs, signal }: Made,
  deps: GuardDeps,
): Promise<HostWait | undefined> {
  if (!seen || (result.outcome !== 'failed' && seen.error.stalled === undefined)) return undefined
  const { error, credential } = seen
  const { registry } = whereOf(task)
  const repository = idOf(whereOf(task))
  const failure = { isStall: error.stalled !== undefined, message: faultText(error) }
  const before = syncs.find(one => one.credential === credential)
  const own = await noteOutage({ repository, credential, failure, startedAt, before }, deps)
  try {
    const all = await deps.hosts.noteFailure(registry, startedAt, hostAsker(registry, credential, signal, deps))
    return own ?? all
  } catch (ended) {
    // The task itself is done; the next that fails asks the host.
    if (signal.aborted) return own
    throw ended
  }
}
