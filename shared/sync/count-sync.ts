import { dayMs } from '../domain/duration.ts'
import type { SyncRequest } from '../domain/events.ts'
import type { SyncOutcome } from '../domain/records/syncs.ts'
import { idOf, type TaskDeps } from './task-deps.ts'

/** So long a repository is counted that is not synced any more: a counter that ends looks like one that stands still. */
const rememberedDays = 30

/** Counts a full sync that ended, for each namespace whose objects it was made for. */
export async function countSync(
  request: Pick<SyncRequest, 'registry' | 'repository' | 'namespaces'>,
  { succeeded, finishedAt }: SyncOutcome,
  { metrics }: Pick<TaskDeps, 'metrics'>,
): Promise<void> {
  const counts = (request.namespaces ?? []).map(home => {
    const [cluster = '', ...namespace] = home.split('/')
    const names = { cluster, namespace: namespace.join('/'), repository: idOf(request) }
    return { ...names, succeeded: succeeded ? 1 : 0, failed: succeeded ? 0 : 1 }
  })
  if (counts.length > 0) await metrics?.addSyncs(counts, new Date(finishedAt.getTime() + rememberedDays * dayMs))
}
