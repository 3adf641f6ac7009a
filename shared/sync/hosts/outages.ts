import { type HostWait, outageAfter, type RegistryFailure, waitOfRepository } from '../../domain/host-health.ts'
import type { SyncRecord } from '../../domain/records/syncs.ts'
import type { Store } from '../../ports/store.ts'
import { saveLatest } from '../../records/save-latest.ts'
import { readersOf } from '../follow-hint.ts'
import { liveSyncs } from '../live-syncs.ts'
import type { SyncTask } from '../parse-message.ts'
import { idOf } from '../task-deps.ts'

type OutageDeps = { readonly store: Store; readonly now: () => Date }

/** The syncs of the credentials that the task would read with; empty before their first sync. */
export async function syncsOfTask(task: SyncTask, { store }: OutageDeps): Promise<readonly SyncRecord[]> {
  if (task.kind === 'hint') return readersOf(await liveSyncs(await store.listSyncs(idOf(task.hint)), store))
  const sync = await store.findSync(idOf(task.request), task.request.credential)
  return sync ? [sync] : []
}

/** Why the repository is not asked now; undefined where one of the credentials may ask. */
export function waitOfSyncs(syncs: readonly SyncRecord[], now: Date): HostWait | undefined {
  const waits = syncs.map(({ repository, outage }) => waitOfRepository(repository, outage, now))
  const known = waits.filter(wait => wait !== undefined)
  const [first] = known.toSorted((a, b) => a.until.getTime() - b.until.getTime())
  return known.length === waits.length ? first : undefined
}

export interface FailedTask {
  readonly repository: string
  readonly credential: string
  readonly failure: RegistryFailure
  readonly startedAt: Date
  /** As it was before the task, which forgets it with its own outcome. */
  readonly before: SyncRecord | undefined
}

/** Answers how long the repository is left alone from now on; undefined where it is not. */
export const noteOutage = (
  { repository, credential, failure, startedAt, before }: FailedTask,
  { store, now }: OutageDeps,
): Promise<HostWait | undefined> =>
  saveLatest(async () => {
    const sync = await store.findSync(repository, credential)
    if (!sync) return undefined
    const known = sync.outage ?? before?.outage
    const outage = outageAfter(
      { failureCount: sync.failureCount, ...(known && { outage: known }) },
      failure,
      startedAt,
      now(),
    )
    if (outage && outage !== sync.outage) await store.saveSync({ ...sync, outage }, sync)
    return waitOfRepository(repository, outage, now())
  })
