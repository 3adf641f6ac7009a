import { secondsOf } from '../domain/instant.ts'
import type { Condition } from '../ports/cluster.ts'
import { tagNotFound } from './object-failures.ts'
import { isWaiting } from './plan-sync.ts'
import type { RepositoryFacts } from './repository-status.ts'
import { timeoutNote } from './sync-timeout.ts'

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
export function syncResultOf(facts: RepositoryFacts): SyncResult {
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

function tagResult(facts: RepositoryFacts): SyncResult {
  const { tag, tagName } = facts
  if (!tag || tag.goneAt !== undefined) return missingTag(facts)
  return { status: 'True', reason: 'SyncSucceeded', message: `tag ${tagName} is ${tag.digest}` }
}

export const missingTag = ({ tagName, path }: Pick<RepositoryFacts, 'tagName' | 'path'>): SyncResult => ({
  status: 'False',
  reason: tagNotFound,
  message: `tag ${tagName} is not in ${path}: push it, or delete this object`,
})

function waitingResult(facts: RepositoryFacts): SyncResult {
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
const waits: Readonly<Record<NonNullable<RepositoryFacts['ask']>['trigger'], string>> = {
  Initial: firstSync,
  Scheduled: firstSync,
  Retry: firstSync,
  Manual: 'sync asked by hand',
  SpecChange: 'its registry or credential changed: it is read anew',
}

/** Why nothing is tried now, and when it is; undefined where nothing is put off. */
export function deferralOf({ record, next }: RepositoryFacts): string | undefined {
  const { deferred } = record ?? {}
  return deferred && next && `${deferred.message}; tried again at ${secondsOf(deferred.until)}`
}

/** A result says too where not all of the spec could be followed. */
function withNote(result: SyncResult, { timeoutMs }: RepositoryFacts['spec']): SyncResult {
  const note = timeoutNote(timeoutMs)
  return note === undefined ? result : { ...result, message: `${result.message}; ${note}` }
}
