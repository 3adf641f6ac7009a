import { UnavailableError } from '../../errors.ts'
import { type SyncTask, whereOf } from '../parse-message.ts'
import { runTask } from '../run-task.ts'
import { idOf, type TaskDeps, type TaskResult } from '../task-deps.ts'
import { deferTask } from './defer-task.ts'
import { DeferredError } from './deferred-error.ts'
import type { HostWatch } from './host-watch.ts'
import { TaskEnd, type TaskEndDeps } from './task-end.ts'
import { Witness, watchedReader } from './watched-reader.ts'

export type GuardDeps = TaskDeps & TaskEndDeps & { readonly hosts: HostWatch }

/**
 * Runs one task so that no host waits for another: one that does not answer is left alone, one that is slow takes its
 * share of the invocations, and what is not done for such a reason is written down as waiting and counts for nothing.
 */
export async function runGuarded(task: SyncTask, deps: GuardDeps): Promise<TaskResult> {
  const where = whereOf(task)
  const wait = await deps.hosts.findWait(where.registry, idOf(where))
  if (wait) return deferTask(task, wait, deps)
  const witness = new Witness()
  const startedAt = deps.now()
  const end = new TaskEnd(where.registry, deps)
  // A hint reads little, and its queue is another.
  if (task.kind === 'request') end.takeSlotIfSlow()
  try {
    const result = await runTask(task, { ...deps, readerFor: watchedReaders(witness, end.signal, deps) })
    return await noteHost(task, { result, witness, startedAt }, deps)
  } catch (error) {
    if (error instanceof DeferredError) return await deferTask(task, error, deps)
    // What was not done for want of time alone is due at once: in the queue it would hold up its group.
    if (error instanceof UnavailableError && error.isOverdue)
      return await deferTask(task, { until: deps.now(), message: error.message }, deps)
    throw error
  } finally {
    await end.stop()
  }
}

const watchedReaders =
  (witness: Witness, signal: AbortSignal, { readerFor, now }: GuardDeps): TaskDeps['readerFor'] =>
  async (registry, options) => {
    const all = options.signal ? AbortSignal.any([options.signal, signal]) : signal
    return watchedReader(await readerFor(registry, { ...options, signal: all }), witness, signal, now)
  }

interface Made {
  readonly result: TaskResult
  readonly witness: Witness
  readonly startedAt: Date
}

async function noteHost(
  task: SyncTask,
  { result, witness: { failure, hasAnswered }, startedAt }: Made,
  deps: GuardDeps,
): Promise<TaskResult> {
  const where = whereOf(task)
  if (!failure || (result.outcome !== 'failed' && failure.stalled === undefined)) {
    if (hasAnswered) await deps.hosts.noteSuccess(where.registry)
    return result
  }
  const isStall = failure.stalled !== undefined
  const told = { host: where.registry, repository: idOf(where), isStall, message: whatItDid(failure) }
  const wait = await deps.hosts.noteFailure(told, startedAt)
  // The push that it tells of would else show at the next scheduled sync only.
  return wait && task.kind === 'hint' ? deferTask(task, wait, deps) : result
}

/** Without the request, which is of one repository, and told to the objects of all. */
function whatItDid({ kind, stalled }: UnavailableError): string {
  if (stalled !== undefined) return stalled
  if (kind === 'dns') return 'could not be found by its name'
  return kind === 'network' ? 'could not be reached' : 'answered with errors of its own'
}
