import {
  type Ask,
  askOf,
  askOfAnnotation,
  askOfReturn,
  isOfAnnotation,
  isOfCount,
  isOfReader,
  isWithin,
  notedAt,
} from '../domain/ask.ts'
import type { SyncRequest } from '../domain/events.ts'
import type { SyncRecord } from '../domain/records/syncs.ts'
import type { SyncCredential } from '../domain/sync-credential.ts'
import { findCondition } from '../objects/conditions.ts'
import type { CustomObject, ObjectMeta } from '../ports/cluster.ts'
import type { Draft } from '../ports/store.ts'
import { manualSyncAnnotation } from './annotations.ts'

/** What an object asks, and how far that was answered. Only what was answered counts as read since it was asked. */
export interface ObjectAsk {
  readonly ask: Ask
  readonly isAnswered: boolean
  /** Its status says so already. */
  readonly isNoted: boolean
  /** It, or what the object asked before, was answered: what its credential read since may be shown. */
  readonly wasAnswered: boolean
  /** Its status says that its credential has read the repository since. */
  readonly hasRead: boolean
  /** As what it is asked. */
  readonly trigger: SyncRequest['trigger']
  /** A person asked, or an ask was sent and not answered yet: it is heard although the object is suspended. */
  readonly countsWhileSuspended: boolean
  /**
   * Of an object that a version before told of, by its clocks: it goes on showing what its credential reads, and is
   * asked for with its next sync. A wait for what was just applied or annotated is never met by it, since such an object
   * is none of these.
   */
  readonly isOfBefore: boolean
}

interface AskFacts {
  readonly object: CustomObject
  /** `host/path`. */
  readonly repository: string
  readonly credential: SyncCredential
  readonly requests: number | undefined
  /** How the credential fares there. */
  readonly sync: Draft<SyncRecord> | undefined
}

/** The value of the annotation that asks for a sync now; undefined when it is absent or empty. */
export const manualSyncOf = (metadata: ObjectMeta): string | undefined =>
  metadata.annotations[manualSyncAnnotation] || undefined

export function objectAskOf({ object, repository, credential, requests, sync }: AskFacts): ObjectAsk {
  const { metadata, status } = object
  const { uid, generation } = metadata
  const noted = notedAsksOf(object)
  const counted = askOf({ uid, repository, credential, requests, generation })
  const ask = currentAsk(counted, requests !== undefined, metadata, { ...noted, answered: sync?.answered ?? [] })
  const isNoted = isWithin(ask, noted.answeredSync)
  const isAnswered = isNoted || (sync?.answered?.includes(ask) ?? false)
  const isOfBefore = !isAnswered && isToldOfBefore(object) && sync?.lastOutcome !== undefined
  return {
    ask,
    isAnswered,
    isNoted,
    wasAnswered: isAnswered || isOfReader(ask, noted.answeredSync) || isOfBefore,
    trigger: triggerOf(ask, requests, object, noted),
    hasRead: status.lastSynced !== undefined && (isOfReader(ask, noted.answeredSync) || isOfBefore),
    countsWhileSuspended:
      manualSyncOf(metadata) !== undefined || isOfReader(ask, noted.requestedSync) || isUnread(noted.requestedSync),
    isOfBefore,
  }
}

interface NotedAsks {
  readonly answeredSync: unknown
  readonly requestedSync: unknown
}

/** What the status of an object says of its asks, as this version names them. */
export const notedAsksOf = ({ status }: CustomObject): NotedAsks => ({
  answeredSync: notedAt(status.answeredSync, status.observedGeneration),
  requestedSync: notedAt(status.requestedSync, status.observedGeneration),
})

/**
 * An annotation that is there though the count was noted before was not counted: the cluster does not count, or a run
 * ended before it took the annotation away, which then costs one more read.
 */
function currentAsk(
  counted: Ask,
  isCounting: boolean,
  metadata: ObjectMeta,
  { answeredSync, requestedSync, answered }: NotedAsks & { readonly answered: readonly Ask[] },
): Ask {
  const isKnown = [answeredSync, requestedSync, ...answered].some(noted => isWithin(counted, noted))
  if (manualSyncOf(metadata) !== undefined)
    return isCounting && !isKnown ? counted : askOfAnnotation(counted, metadata.resourceVersion)
  if (isWithin(counted, requestedSync)) return requestedSync
  if (isUnread(requestedSync)) return `${counted}${requestedSync}`
  const last = requestedSync ?? answeredSync
  return isKnown && last !== undefined && !isOfReader(counted, last)
    ? askOfReturn(counted, metadata.resourceVersion)
    : counted
}

/** Noted while the object's reference led nowhere, so that nothing could be asked. */
export const unreadAsk = (resourceVersion: string): string => askOfAnnotation('', resourceVersion)
const isUnread = (requested: unknown): requested is string => typeof requested === 'string' && requested.startsWith('.')

function triggerOf(
  ask: Ask,
  requests: number | undefined,
  { metadata, status: { lastAttemptTime } }: CustomObject,
  { answeredSync }: NotedAsks,
): ObjectAsk['trigger'] {
  if (manualSyncOf(metadata) !== undefined || isOfAnnotation(ask)) return 'Manual'
  if (isOfReader(ask, answeredSync)) return isOfCount(ask, answeredSync) ? 'SpecChange' : 'Manual'
  // An object that was synced before reads something else now, or with another credential.
  if (lastAttemptTime !== undefined) return 'SpecChange'
  return requests === undefined ? 'Initial' : 'Manual'
}

function isToldOfBefore({ metadata, status }: CustomObject): boolean {
  if (status.answeredSync !== undefined || status.requestedSync !== undefined) return false
  if (status.lastAttemptTime === undefined || status.observedGeneration !== metadata.generation) return false
  const synced = findCondition(status, 'Synced')
  return synced !== undefined && synced.status !== 'Unknown' && manualSyncOf(metadata) === undefined
}
