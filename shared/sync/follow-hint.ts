import { setTimeout as sleep } from 'node:timers/promises'
import { amountText } from '../domain/amount-text.ts'
import type { Hint } from '../domain/events.ts'
import { hasSucceeded, type SyncOutcome, type SyncRecord } from '../domain/records/syncs.ts'
import { isRegistryOutcome } from '../domain/sync-reason.ts'
import { deliveryEnds } from '../domain/webhook-delivery.ts'
import type { RegistryReader } from '../ports/registry.ts'
import type { Store } from '../ports/store.ts'
import { Once } from '../records/once.ts'
import { liveSyncs } from './live-syncs.ts'
import { noteEventCame } from './note-arrival.ts'
import { Pass } from './pass.ts'
import type { SyncContext } from './plan-records.ts'
import { readAuthority } from './reader-authority.ts'
import type { SyncDeps } from './record-present.ts'
import { attemptSync } from './run-request.ts'
import { nextSync, saveFacts } from './save-sync.ts'
import { type SyncResult, syncDigest, syncRepository, syncTag } from './sync-repository.ts'
import { announce, idOf, type TaskDeps, type TaskResult } from './task-deps.ts'
import { noteTold } from './told-later.ts'

/** So many credentials are tried until one can read what the hint names, or something else of the repository. */
const tried = 3

/**
 * Reads what a hint names, with a credential that reads the repository. A hint for a repository that no Repository object
 * tracks costs one read.
 */
export async function followHint(hint: Hint, pushed: boolean, deps: TaskDeps): Promise<TaskResult> {
  const result = await lookWhere(hint, pushed, deps)
  if (hint.delivery !== undefined) await noteFollowed(hint.delivery, hint, result, deps)
  return result
}

/** So that people can be told what a delivery of a webhook led to. */
function noteFollowed(
  webhook: string,
  { registry, repository }: Hint,
  result: TaskResult,
  deps: TaskDeps,
): Promise<void> {
  const followedAt = deps.now()
  const where = { registry, webhook, repository }
  return deps.store.noteFollowed({ ...where, ...result, followedAt, expiresAtSeconds: deliveryEnds(followedAt) })
}

async function lookWhere(hint: Hint, pushed: boolean, deps: TaskDeps): Promise<TaskResult> {
  const syncs = await deps.store.listSyncs(idOf(hint))
  if (syncs.length === 0)
    return {
      outcome: 'untracked',
      message: `no Repository object tracks ${idOf(hint)}, or its first sync is yet to come`,
    }
  const now = deps.now()
  // One that is left alone would stall this hint as well, although others read the repository.
  const credentials = readingOnce(deps.store)
  const readers = readersOf(await liveSyncs(syncs, credentials)).filter(({ outage }) => !outage || outage.until <= now)
  let read: HintRead = { hasRead: false, outcome: 'failed', message: `no credential reads ${idOf(hint)} any more` }
  for (const sync of readers) {
    read = await readHint({ hint, pushed, sync, syncs, credentials }, deps)
    if (read.hasRead) break
  }
  if (read.hasRead) await noteEventCame(idOf(hint), deps)
  const noted = await noteTold(hint, deps)
  const later = noted === 0 ? '' : `; who deleted ${noted} that were found gone before`
  return { outcome: read.outcome, message: `${read.message}${later}` }
}

/**
 * Those whose last sync succeeded, the latest first. Only where there are none those that failed: it may have been an
 * outage, or the first push was yet to come.
 */
export function readersOf(live: readonly SyncRecord[]): readonly SyncRecord[] {
  const order = live.toSorted((a, b) => msOf(b) - msOf(a) || finishedMs(b) - finishedMs(a))
  const succeeded = order.filter(hasSucceeded)
  return (succeeded.length > 0 ? succeeded : order).slice(0, tried)
}

const msOf = ({ lastSucceededAt }: SyncRecord): number => lastSucceededAt?.getTime() ?? 0
const finishedMs = ({ lastOutcome }: SyncRecord): number => lastOutcome?.finishedAt.getTime() ?? 0

interface HintFor {
  readonly hint: Hint
  readonly pushed: boolean
  /** Of the credential that it is read with. */
  readonly sync: SyncRecord
  readonly syncs: readonly SyncRecord[]
  readonly credentials: CredentialStore
}

type CredentialStore = Pick<Store, 'findCredential'>

/** Which of them may still be used is asked twice within a moment. */
function readingOnce(store: CredentialStore): CredentialStore {
  const records = new Once(key => store.findCredential(...(JSON.parse(key) as [string, string])))
  return { findCredential: (cluster, uid) => records.get(JSON.stringify([cluster, uid])) }
}

type HintRead = Pick<TaskResult, 'outcome' | 'message'> & { readonly hasRead: boolean }

async function readHint(asked: HintFor, deps: TaskDeps): Promise<HintRead> {
  const { hint, pushed, sync, syncs, credentials } = asked
  const authority = await readAuthority(sync.credential, sync, syncs, credentials)
  const { told } = hint
  const context = {
    repository: sync.repository,
    actor: 'webhook',
    authority,
    now: deps.now(),
    hinted: true,
    pushed,
    ...(told && { told }),
  }
  let result: SyncResult
  try {
    const reader = await deps.readerFor(hint.registry, { repository: hint.repository, credential: sync.credential })
    result = await readNamed(asked, context, reader, deps)
  } catch (error) {
    if (!isRegistryOutcome(error)) throw error
    return { hasRead: false, outcome: 'failed', message: error.message }
  }
  const { hasRead, changes, isUnfinished = false, pushed: image } = result
  const { lastOutcome } = sync
  const isOver = hasRead && lastOutcome?.succeeded === false && (await endFailure(asked, lastOutcome, deps))
  if (changes > 0 || isOver || isUnfinished) await announce(hint, deps, isOver || isUnfinished ? undefined : image)
  return { hasRead, outcome: 'synced', message: amountText(changes, 'change') }
}

function readNamed(
  { hint, sync }: HintFor,
  context: SyncContext,
  reader: RegistryReader,
  { wait = sleep, ...deps }: TaskDeps,
): Promise<SyncResult> {
  const read = { store: deps.store, reader }
  if (hint.tag !== undefined) return syncHintedTag(hint, hint.tag, context, read, wait)
  if (hint.digest !== undefined) return syncDigest(context, hint.repository, hint.digest, read)
  const { registry, repository, correlationId = context.now.toISOString() } = hint
  const { credential } = sync
  const asked = { registry, repository, credential, attempt: `hint:${correlationId}`, trigger: 'Scheduled' as const }
  // One that is too large for this invocation is only noted as to be read: the first slice is asked for at once.
  return syncRepository(context, repository, read, new Pass({ ...asked, timeoutMs: 0 }, sync, sync, deps))
}

/** Milliseconds before another look, where a tag is not yet where the event says. */
const secondLooksMs = [100, 400]

/**
 * Registries of the distribution project send the event of a push before they have moved its tag. A tag that still
 * points elsewhere is read again soon: else the push would show at the next full sync only. Where the tag was moved
 * again since, what was read last counts.
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
    const { pushed: before, changes: changesBefore } = result
    const { pushed, changes, ...next } = await syncTag(context, repository, tag, deps)
    const image = changesBefore === 0 ? pushed : changes === 0 ? before : undefined
    result = { ...next, changes: changesBefore + changes, ...(image && { pushed: image }) }
  }
  return result
}

/**
 * A credential that failed last and reads now has its full sync at once, and not at the next retry. True when it
 * succeeded; one that fails again is left to the retries, which count.
 */
async function endFailure({ hint, sync, syncs }: HintFor, lastOutcome: SyncOutcome, deps: TaskDeps): Promise<boolean> {
  const { store } = deps
  const { credential } = sync
  const { attempt, trigger } = lastOutcome
  const asked = { registry: hint.registry, repository: hint.repository, credential, attempt, trigger }
  const authority = await readAuthority(credential, sync, syncs, store)
  const pass = new Pass(asked, sync, sync, deps)
  const { result, outcome } = await attemptSync(asked, authority, pass, deps)
  // Of a large repository the first slice is done, and the next is asked for at once.
  if (!outcome) return result !== undefined
  if (!outcome.succeeded || !result) return false
  const finishedAt = deps.now()
  await saveFacts(hint, await store.findRepository(sync.repository), result, finishedAt, store)
  // The attempt's name stays: its message, should it come again, has been answered.
  const ended = { attempt, trigger, startedAt: pass.startedAt, finishedAt, ...outcome }
  await store.saveSync(nextSync(pass.previous, ended, result, pass.asks), pass.stored)
  return true
}
