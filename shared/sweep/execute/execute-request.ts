import type { SweepRequest } from '../../ports/messaging.ts'
import { executeRestore, type RestoreDeps } from './execute-restore.ts'
import { type ExecuteResult, executeSweep } from './execute-sweep.ts'

/** What the queue of sweeps asks for: to sweep a repository, or to put back what a sweep deleted there. */
export const executeRequest = (request: SweepRequest, deps: RestoreDeps): Promise<ExecuteResult> =>
  request.restore ? executeRestore(request, request.restore, deps) : executeSweep(request, deps)
