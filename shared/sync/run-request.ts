import { isDeepStrictEqual } from 'node:util'
import { amountText } from '../domain/amount-text.ts'
import type { SyncRequest } from '../domain/events.ts'
import { hostInPathText } from '../domain/host-in-path.ts'
import type { SyncOutcome, SyncRecord } from '../domain/records/syncs.ts'
import { isRegistryOutcome, syncReasonOf } from '../domain/sync-reason.ts'
import type { ShelflifeError } from '../errors.ts'
import { NotFoundError, UnavailableError } from '../errors.ts'
import type { RegistryReader } from '../ports/registry.ts'
import type { Draft } from '../ports/store.ts'
import { findAdoptedSync } from './adopted-sync.ts'
import { countSync } from './count-sync.ts'
import { noteEventMissed } from './note-arrival.ts'
import { OvertakenError, Pass, type PassAsked } from './pass.ts'
import { type Authority, readAuthority } from './reader-authority.ts'
import { areOtherRules, readRegistryRules } from './registry-rules.ts'
import { nextSync, saveFacts } from './save-sync.ts'
import { type SyncResult, syncRepository } from './sync-repository.ts'
import { announce, idOf, type TaskDeps, type TaskResult } from './task-deps.ts'

/** Makes the full sync that was asked for, and records how it went for its credential. */
export async function runRequest(request: SyncRequest, deps: TaskDeps): Promise<TaskResult> {
  const id = idOf(request)
  const { credential, attempt } = request
  const [syncs, repository] = await Promise.all([deps.store.listSyncs(id), deps.store.findRepository(id)])
  const stored = syncs.find(one => one.credential === credential)
  if (stored?.lastOutcome?.attempt === attempt) {
    await announce(request, deps)
    return { outcome: 'repeated', message: `attempt ${attempt} was made already` }
  }
  const adopted = syncs.length === 0 ? await findAdoptedSync(repository, credential, deps.store) : undefined
  const pass = new Pass(request, stored, stored ?? adopted, deps)
  const made = await attemptSync(request, await readAuthority(credential, pass.previous, syncs, deps.store), pass, deps)
  if (made.isOvertaken) return { outcome: 'repeated', message: 'another invocation goes on with this sync' }
  if (!made.outcome) {
    await announce(request, deps)
    return { outcome: 'continued', message: progressText(pass) }
  }
  const { startedAt } = pass
  const outcome: SyncOutcome = { attempt, trigger: pass.trigger, startedAt, finishedAt: deps.now(), ...made.outcome }
  const registryRules = made.reader && (await readRegistryRules(request, made.reader, repository?.registryRules, deps))
  if (outcome.succeeded && made.result) {
    const facts = { ...made.result, ...(registryRules && { registryRules }) }
    await saveFacts(request, repository, facts, outcome.finishedAt, deps.store)
    if (foundUntold(pass.previous, made.result)) await noteEventMissed(id, deps)
  }
  const next = nextSync(pass.previous, outcome, made.result, pass.asks)
  // Last, since it says that the attempt was made.
  await deps.store.saveSync(next, pass.stored)
  if (isNews(stored, next, made.result) || areOtherRules(repository?.registryRules, registryRules))
    await announce(request, deps)
  // After the attempt is noted: one that is delivered again counts once, and one that was killed just now not at all.
  await countSync(request, outcome, deps)
  return { outcome: outcome.succeeded ? 'synced' : 'failed', message: outcome.message }
}

/** What a credential found that had read all before; of a large repository any change may be one that an event tells. */
const foundUntold = ({ lastSucceededAt }: Draft<SyncRecord>, { news, changes }: SyncResult): boolean =>
  lastSucceededAt !== undefined && (news ?? changes) > 0

/** False where objects show nothing else but its times, which the next whole run writes. */
function isNews(previous: SyncRecord | undefined, next: Draft<SyncRecord>, result: SyncResult | undefined): boolean {
  const { lastOutcome, deferred, progress } = previous ?? {}
  const isPlain = next.lastOutcome?.succeeded && deferred === undefined && progress === undefined
  if (!isPlain || result?.changes !== 0 || next.lastOutcome?.message !== lastOutcome?.message) return true
  return !isDeepStrictEqual([previous?.answered, previous?.denied], [next.answered, next.denied])
}

const progressText = ({ from }: Pass): string => `${from?.done ?? 0} of ${amountText(from?.total ?? 0, 'tag')} so far`

type AttemptOutcome = Pick<SyncOutcome, 'succeeded' | 'reason' | 'message' | 'retryAfterMs'>

interface Attempted {
  readonly result?: SyncResult
  /** Of a sync that succeeded: what it read with. */
  readonly reader?: RegistryReader
  /** Absent where the sync goes on in another invocation. */
  readonly outcome?: AttemptOutcome
  /** Another invocation goes on with it already. */
  readonly isOvertaken?: true
}

/** A slice of a full sync, which of most repositories is all of it; what the registry does is an outcome. */
export async function attemptSync(
  { registry, repository, credential, timeoutMs }: PassAsked,
  authority: Authority,
  pass: Pass,
  deps: TaskDeps,
): Promise<Attempted> {
  try {
    const options = { repository, credential, signal: pass.signal, ...(timeoutMs !== undefined && { timeoutMs }) }
    const reader = await deps.readerFor(registry, options)
    const now = pass.from ? deps.now() : pass.startedAt
    const context = { repository: idOf({ registry, repository }), actor: 'sync', authority, now, hinted: false }
    const { store, mayLag } = deps
    const result = await syncRepository(context, repository, { store, reader, signal: pass.signal, mayLag }, pass)
    if (result.isUnfinished) return { result }
    if (result.nothingRead) return { result, outcome: failureOf(result.nothingRead, registry, repository) }
    const unread = result.unreadCount ? `, ${result.unreadCount} of them not read` : ''
    const note = result.note === undefined ? '' : `; ${result.note}`
    const message = `${amountText(result.tagCount, 'tag')}${unread}, ${amountText(result.changes, 'change')}${note}`
    return { result, reader, outcome: { succeeded: true, reason: 'SyncSucceeded', message } }
  } catch (error) {
    if (error instanceof OvertakenError) return { isOvertaken: true }
    if (!isRegistryOutcome(error)) throw error
    // It had less time than its objects gave it: the message comes back to an invocation of its own.
    if (pass.signal.aborted && pass.isShort) throw error
    if (pass.signal.aborted) await pass.divide()
    return { outcome: failureOf(error, registry, repository) }
  }
}

function failureOf(error: ShelflifeError, registry: string, path: string): AttemptOutcome {
  const hint = error instanceof NotFoundError ? hostInPathText(registry, path) : undefined
  const retryAfterMs = error instanceof UnavailableError ? error.retryAfterMs : undefined
  return {
    succeeded: false,
    reason: syncReasonOf(error),
    message: hint === undefined ? error.message : `${error.message}; ${hint}`,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  }
}
