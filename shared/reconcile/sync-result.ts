import { secondsOf } from '../domain/instant.ts'
import type { TagRecord } from '../domain/records/images.ts'
import type { SyncRecord } from '../domain/records/syncs.ts'
import type { Condition } from '../ports/cluster.ts'
import type { Draft } from '../ports/store.ts'
import type { ObjectAsk } from './object-ask.ts'
import type { TagFailure } from './object-failures.ts'
import { type DueSync, type EndedSync, isWaiting } from './plan-sync.ts'
import { timeoutNote } from './sync-timeout.ts'

/** What the result of an object's syncs is made of. */
export interface ResultFacts {
  readonly tagName: string | undefined
  /** Why the registry cannot be asked, from the reference itself; undefined when it can. */
  readonly problem: { readonly reason: string; readonly message: string } | undefined
  /** What it asks; undefined while its reference leads nowhere. */
  readonly ask: ObjectAsk | undefined
  /** How its credential fares there, whatever for. */
  readonly record: Draft<SyncRecord> | undefined
  /** The same since the object was answered first; undefined before. */
  readonly sync: EndedSync | undefined
  readonly tag: TagRecord | undefined
  /** Why the tag is not synced although the repository is read; undefined for a whole repository. */
  readonly tagFailure: TagFailure | undefined
  readonly next: DueSync | undefined
  readonly spec: { readonly timeoutMs: number }
}

/** What the condition `Synced` says. */
export interface SyncResult {
  readonly status: Condition['status']
  readonly reason: string
  readonly message: string
}

/**
 * True only where the read that the object asked for, or a later one of its own credential, found its tag. While it
 * waits for that read, nothing that was read before counts: a `kubectl wait` right after apply or annotate is met by
 * nothing else.
 */
export function syncResultOf(facts: ResultFacts): SyncResult {
  const { problem, ask, sync, tagName, spec } = facts
  if (problem) return { status: 'False', ...problem }
  const outcome = sync?.lastOutcome
  if (!ask || isWaiting(ask)) return waitingResult(facts)
  // The first sync goes on, and has answered for the tag.
  if (!outcome && tagName === undefined) return waitingResult(facts)
  return withNote(outcome && (!outcome.succeeded || tagName === undefined) ? ended(outcome) : tagResult(facts), spec)
}

const ended = ({ succeeded, reason, message }: SyncResultOutcome): SyncResult =>
  succeeded ? { status: 'True', reason: 'SyncSucceeded', message } : { status: 'False', reason, message }

type SyncResultOutcome = Pick<SyncResult, 'reason' | 'message'> & { readonly succeeded: boolean }

const tagResult = ({ tag, tagName, tagFailure }: ResultFacts): SyncResult =>
  tagFailure
    ? { status: 'False', reason: tagFailure.reason, message: tagFailure.message }
    : { status: 'True', reason: 'SyncSucceeded', message: `tag ${tagName} is ${tag?.digest}` }

function waitingResult(facts: ResultFacts): SyncResult {
  const { record, next, ask } = facts
  const later = deferralOf(facts)
  if (later !== undefined) return { status: 'Unknown', reason: 'Pending', message: later }
  if (!next || !ask)
    return {
      status: 'Unknown',
      reason: 'Pending',
      message: 'no sync is made while spec.suspend is true, unless the annotation manual-sync asks for one',
    }
  const { progress } = record ?? {}
  const read = progress && `${progress.done} of ${progress.total} tags read`
  if (read !== undefined && progress?.asks.includes(ask.ask))
    return { status: 'Unknown', reason: 'Syncing', message: read }
  const message = read === undefined ? waits[ask.trigger] : `${waits[ask.trigger]}; another comes first: ${read}`
  return { status: 'Unknown', reason: 'Syncing', message }
}

const firstSync = 'first sync under way; it reads metadata only, a large repository takes minutes'
const waits: Readonly<Record<ObjectAsk['trigger'], string>> = {
  Initial: firstSync,
  Scheduled: firstSync,
  Retry: firstSync,
  Manual: 'sync asked by hand',
  SpecChange: 'its spec changed, or what it is read with: it is read anew',
}

/** Why nothing is tried now, and when it is; undefined where nothing is put off. */
export function deferralOf({ record, next }: ResultFacts): string | undefined {
  const { deferred } = record ?? {}
  return deferred && next && `${deferred.message}; tried again at ${secondsOf(deferred.until)}`
}

/** A result says too where not all of the spec could be followed. */
function withNote(result: SyncResult, { timeoutMs }: ResultFacts['spec']): SyncResult {
  const note = timeoutNote(timeoutMs)
  return note === undefined ? result : { ...result, message: `${result.message}; ${note}` }
}
