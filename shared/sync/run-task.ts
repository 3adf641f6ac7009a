import { UnreadableRecordError } from '../errors.ts'
import { saveLatest } from '../records/save-latest.ts'
import { followHint } from './follow-hint.ts'
import type { SyncTask } from './parse-message.ts'
import { runRequest } from './run-request.ts'
import type { TaskDeps, TaskResult } from './task-deps.ts'

/** Runs one task of the queues `hints` and `sync`. Throws only when the store or the bus does not answer. */
export async function runTask(task: SyncTask, deps: TaskDeps): Promise<TaskResult> {
  const run = (isFirst: boolean) =>
    task.kind === 'hint'
      ? followHint(task.hint, task.isPush, deps)
      : runRequest(task.request, isFirst ? { ...deps, mayLag: true } : deps)
  try {
    return await saveLatest(run, 2)
  } catch (error) {
    // Its own record, so that no outcome can be noted: the queue would deliver the message for ever.
    if (error instanceof UnreadableRecordError) return { outcome: 'failed', message: error.message }
    throw error
  }
}
