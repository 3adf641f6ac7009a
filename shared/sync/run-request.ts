import type { SyncRequest } from '../domain/events.ts'
import type { SyncOutcome, SyncRecord } from '../domain/records.ts'
import { isRegistryOutcome, syncReasonOf } from '../domain/sync-reason.ts'
import type { ShelflifeError } from '../errors.ts'
import { UnavailableError } from '../errors.ts'
import type { Draft } from '../ports/store.ts'
import { findAdoptedSync } from './adopted-sync.ts'
import { nextSync, saveFacts } from './save-sync.ts'
import { type SyncResult, syncRepository } from './sync-repository.ts'
import { announce, idOf, type TaskDeps, type TaskResult } from './task-deps.ts'
import { readWord, type Word } from './word.ts'

/** Makes the full sync that was asked for, and records how it went for its credential. */
export async function runRequest(request: SyncRequest, deps: TaskDeps): Promise<TaskResult> {
  const id = idOf(request)
  const { credential, attempt, trigger } = request
  const [syncs, repository] = await Promise.all([deps.store.listSyncs(id), deps.store.findRepository(id)])
  const stored = syncs.find(one => one.credential === credential)
  if (stored?.lastOutcome?.attempt === attempt) {
    await announce(request, deps)
    return { outcome: 'repeated', message: `attempt ${attempt} was made already` }
  }
  const adopted = syncs.length === 0 ? await findAdoptedSync(repository, credential, deps.store) : undefined
  const previous: Draft<SyncRecord> | undefined = stored ?? adopted
  const startedAt = deps.now()
  const made = await attemptSync(request, await readWord(credential, previous, syncs, deps.store), startedAt, deps)
  const outcome: SyncOutcome = { attempt, trigger, startedAt, finishedAt: deps.now(), ...made.outcome }
  if (outcome.succeeded && made.result)
    await saveFacts(request, repository, made.result, outcome.finishedAt, deps.store)
  // Last, since it says that the attempt was made.
  await deps.store.saveSync(
    nextSync({ repository: id, credential }, previous, outcome, made.result, request.asks),
    stored,
  )
  await announce(request, deps)
  return { outcome: outcome.succeeded ? 'synced' : 'failed', message: outcome.message }
}

type AttemptOutcome = Pick<SyncOutcome, 'succeeded' | 'reason' | 'message' | 'retryAfterMs'>

/** A full sync; what the registry does is an outcome. */
export async function attemptSync(
  {
    registry,
    repository,
    credential,
    timeoutMs,
  }: Omit<SyncRequest, 'attempt' | 'trigger' | 'timeoutMs'> & {
    readonly timeoutMs?: number
  },
  word: Word,
  now: Date,
  deps: TaskDeps,
): Promise<{ readonly result?: SyncResult; readonly outcome: AttemptOutcome }> {
  try {
    const options = { repository, credential, ...(timeoutMs !== undefined && { timeoutMs }) }
    const reader = await deps.readerFor(registry, options)
    const context = { repository: idOf({ registry, repository }), actor: 'sync', word, now, hinted: false }
    const result = await syncRepository(context, repository, { store: deps.store, reader })
    if (result.nothingRead) return { result, outcome: failureOf(result.nothingRead) }
    const message = `${result.tagCount} tags, ${result.changes} changes`
    return { result, outcome: { succeeded: true, reason: 'SyncSucceeded', message } }
  } catch (error) {
    if (!isRegistryOutcome(error)) throw error
    return { outcome: failureOf(error) }
  }
}

function failureOf(error: ShelflifeError): AttemptOutcome {
  const retryAfterMs = error instanceof UnavailableError ? error.retryAfterMs : undefined
  return {
    succeeded: false,
    reason: syncReasonOf(error),
    message: error.message,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  }
}
