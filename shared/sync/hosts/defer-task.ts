import { mostAsks } from '../../domain/ask.ts'
import type { Hint, SyncRequest } from '../../domain/events.ts'
import type { HostWait } from '../../domain/host-health.ts'
import type { DeferredSync, SyncRecord } from '../../domain/records/syncs.ts'
import type { Draft } from '../../ports/store.ts'
import { saveLatest } from '../../records/save-latest.ts'
import { findAdoptedSync } from '../adopted-sync.ts'
import { readersOf } from '../follow-hint.ts'
import { liveSyncs } from '../live-syncs.ts'
import { type SyncTask, whereOf } from '../parse-message.ts'
import { announce, idOf, type TaskDeps, type TaskResult, type Where } from '../task-deps.ts'

type DeferDeps = Pick<TaskDeps, 'store' | 'events'>

export interface TaskWait extends HostWait {
  /** It takes long, and had no slot. */
  readonly isSlow?: boolean
}

/**
 * Writes down that the task waits, and until when: it never goes back to the queue, and no try is counted. Of a hint that
 * is the full sync of its repository, with the credential that would have read it.
 */
export async function deferTask(task: SyncTask, wait: TaskWait, deps: DeferDeps): Promise<TaskResult> {
  const saved = await saveLatest(() =>
    task.kind === 'hint' ? deferHint(task.hint, wait, deps) : deferRequest(task.request, wait, deps),
  )
  if (saved) await announce(whereOf(task), deps)
  return { outcome: 'deferred', message: wait.message }
}

async function deferRequest(
  request: SyncRequest,
  { until, message, isSlow }: TaskWait,
  deps: DeferDeps,
): Promise<boolean> {
  const { attempt, trigger, credential } = request
  const id = idOf(request)
  const syncs = await deps.store.listSyncs(id)
  const stored = syncs.find(one => one.credential === credential)
  if (stored?.lastOutcome?.attempt === attempt) return true
  const asks = [...new Set([...(stored?.deferred?.asks ?? []), ...(request.asks ?? [])])].slice(0, mostAsks)
  const before = stored ?? (syncs.length === 0 ? await findAdopted(request, deps) : undefined)
  const slow = isSlow || stored?.deferred?.isSlow ? { isSlow: true as const } : {}
  await save(request, { credential, before, stored }, { attempt, trigger, asks, until, message, ...slow }, deps)
  return true
}

const findAdopted = async (request: SyncRequest, { store }: DeferDeps) =>
  findAdoptedSync(await store.findRepository(idOf(request)), request.credential, store)

/** False where nothing was to be written: no object tracks the repository, or its full sync is due anyway. */
async function deferHint(hint: Hint, { until, message }: HostWait, deps: DeferDeps): Promise<boolean> {
  const [stored] = readersOf(await liveSyncs(await deps.store.listSyncs(idOf(hint)), deps.store))
  if (stored === undefined || stored.deferred) return false
  const { credential } = stored
  const attempt = `hint-${until.toISOString()}`
  const deferred = { attempt, trigger: 'Scheduled', asks: [], until, message } as const
  await save(hint, { credential, before: stored, stored }, deferred, deps)
  return true
}

interface Before {
  readonly credential: string
  readonly before: Draft<SyncRecord> | undefined
  readonly stored: SyncRecord | undefined
}

const save = (where: Where, { credential, before, stored }: Before, deferred: DeferredSync, { store }: DeferDeps) =>
  store.saveSync({ failureCount: 0, ...before, repository: idOf(where), credential, deferred }, stored)
