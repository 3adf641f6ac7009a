import { setTimeout as sleep } from 'node:timers/promises'
import type { Hint, SyncRequest } from '../domain/events.ts'
import type { RepositoryRecord, SyncOutcome } from '../domain/records.ts'
import { isRegistryOutcome, syncReasonOf } from '../domain/sync-reason.ts'
import { UnavailableError, UnreadableRecordError } from '../errors.ts'
import type { EventPublisher } from '../ports/messaging.ts'
import type { RegistryReader } from '../ports/registry.ts'
import type { Draft, Store } from '../ports/store.ts'
import { saveLatest } from '../records/save-latest.ts'
import type { SyncTask } from './parse-message.ts'
import type { SyncContext } from './plan-records.ts'
import { type SyncDeps, type SyncResult, syncDigest, syncRepository, syncTag } from './sync-repository.ts'

export interface TaskDeps {
  readonly store: Store
  readonly events: EventPublisher
  readonly readerFor: (
    registry: string,
    options: { repository: string; credentialId?: string; timeoutMs?: number },
  ) => Promise<RegistryReader>
  readonly now: () => Date
  /** Milliseconds pass; default: they do. */
  readonly wait?: (ms: number) => Promise<unknown>
}

/** How a task ended; a registry that fails is an outcome with a reason, never a failed invocation. */
export type TaskResult = { readonly outcome: 'untracked' | 'repeated' | 'synced' | 'failed'; readonly message: string }

/** Runs one task of the sync queue. Throws only when the store or the bus does not answer. */
export async function runTask(task: SyncTask, deps: TaskDeps): Promise<TaskResult> {
  const run = () => (task.kind === 'hint' ? followHint(task.hint, task.isPush, deps) : runRequest(task.request, deps))
  try {
    return await saveLatest(run, 2)
  } catch (error) {
    // Its own record, so that no outcome can be noted: the message would come back for ever.
    if (error instanceof UnreadableRecordError) return { outcome: 'failed', message: error.message }
    throw error
  }
}

const idOf = (task: { registry: string; repository: string }) => `${task.registry}/${task.repository}`

/** A hint for a repository that no Repository object tracks costs one read. */
async function followHint(hint: Hint, pushed: boolean, deps: TaskDeps): Promise<TaskResult> {
  const repository = await deps.store.findRepository(idOf(hint))
  if (!repository) return { outcome: 'untracked', message: `no Repository object tracks ${idOf(hint)}` }
  const { credentialId } = repository
  const context = { repository: repository.id, actor: 'webhook', now: deps.now(), hinted: true, pushed }
  const readerOptions = { repository: hint.repository, ...(credentialId !== undefined && { credentialId }) }
  let result: SyncResult
  try {
    const syncDeps = { store: deps.store, reader: await deps.readerFor(hint.registry, readerOptions) }
    if (hint.tag !== undefined) result = await syncHintedTag(hint, hint.tag, context, syncDeps, deps.wait ?? sleep)
    else if (hint.digest !== undefined) result = await syncDigest(context, hint.repository, hint.digest, syncDeps)
    else result = await syncRepository(context, hint.repository, syncDeps)
  } catch (error) {
    if (!isRegistryOutcome(error)) throw error
    return { outcome: 'failed', message: error.message }
  }
  if (result.changes > 0)
    await deps.events.publishEvents('RepositorySynced', [{ registry: hint.registry, repository: hint.repository }])
  return { outcome: 'synced', message: `${result.changes} changes` }
}

/** Milliseconds before another look, where a tag is not yet where the event says. */
const secondLooksMs = [100, 400]

/**
 * Registries of the distribution project tell of a push before they have moved its tag. One that still points elsewhere
 * is read again soon: else the push would show at the next full sync only. Where somebody moved the tag on since, what
 * was read last is the truth.
 */
async function syncHintedTag(
  { repository, digest }: Hint,
  tag: string,
  context: SyncContext,
  deps: SyncDeps,
  wait: (ms: number) => Promise<unknown>,
): Promise<SyncResult> {
  let result = await syncTag(context, repository, tag, deps)
  const looks = context.pushed && digest !== undefined ? secondLooksMs : []
  for (const ms of looks) {
    if (result.digest === digest) break
    await wait(ms)
    const { changes, ...next } = await syncTag(context, repository, tag, deps)
    result = { ...next, changes: result.changes + changes }
  }
  return result
}

async function runRequest(request: SyncRequest, deps: TaskDeps): Promise<TaskResult> {
  const previous = await deps.store.findRepository(idOf(request))
  const announce = () =>
    deps.events.publishEvents('RepositorySynced', [{ registry: request.registry, repository: request.repository }])
  if (previous?.lastOutcome?.attempt === request.attempt) {
    await announce()
    return { outcome: 'repeated', message: `attempt ${request.attempt} was made already` }
  }
  const startedAt = deps.now()
  const attempt = await attemptSync(request, startedAt, deps)
  const outcome: SyncOutcome = {
    attempt: request.attempt,
    trigger: request.trigger,
    startedAt,
    finishedAt: deps.now(),
    ...attempt.outcome,
  }
  await deps.store.saveRepository(nextRecord(request, previous, outcome, attempt.result), previous)
  await announce()
  return { outcome: outcome.succeeded ? 'synced' : 'failed', message: outcome.message }
}

async function attemptSync(request: SyncRequest, now: Date, deps: TaskDeps) {
  try {
    const { registry, repository, credentialId, timeoutMs } = request
    const reader = await deps.readerFor(registry, { repository, timeoutMs, ...(credentialId && { credentialId }) })
    const context = { repository: idOf(request), actor: 'sync', now, hinted: false }
    const result = await syncRepository(context, request.repository, { store: deps.store, reader })
    const message = `${result.tagCount} tags, ${result.changes} changes`
    return { result, outcome: { succeeded: true, reason: 'SyncSucceeded', message } }
  } catch (error) {
    if (!isRegistryOutcome(error)) throw error
    const retryAfterMs = error instanceof UnavailableError ? error.retryAfterMs : undefined
    const failed = { succeeded: false, reason: syncReasonOf(error), message: error.message }
    return { result: undefined, outcome: { ...failed, ...(retryAfterMs !== undefined && { retryAfterMs }) } }
  }
}

function nextRecord(
  request: SyncRequest,
  previous: RepositoryRecord | undefined,
  outcome: SyncOutcome,
  result: SyncResult | undefined,
): Draft<RepositoryRecord> {
  const firstSyncedAt = previous?.firstSyncedAt ?? (result && outcome.finishedAt)
  const storedBytes = result?.storedBytes ?? previous?.storedBytes
  const lastSyncedAt = result ? outcome.finishedAt : previous?.lastSyncedAt
  return {
    id: idOf(request),
    registry: request.registry,
    path: request.repository,
    ...(request.credentialId !== undefined && { credentialId: request.credentialId }),
    ...(firstSyncedAt && { firstSyncedAt }),
    ...(lastSyncedAt && { lastSyncedAt }),
    lastOutcome: outcome,
    failureCount: result ? 0 : (previous?.failureCount ?? 0) + 1,
    tagCount: result?.tagCount ?? previous?.tagCount ?? 0,
    ...(storedBytes !== undefined && { storedBytes }),
  }
}
