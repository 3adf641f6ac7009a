import { amountText } from '../domain/amount-text.ts'
import type { FloatingTag } from '../domain/floating-tags.ts'
import type { Danger } from '../domain/image-danger.ts'
import { secondsOf } from '../domain/instant.ts'
import { isSameNamespace } from '../domain/name-for-reader.ts'
import type { ImageRecord } from '../domain/records/images.ts'
import type { UsageRecord } from '../domain/records/workloads.ts'
import type { VersionRole } from '../domain/version-roles.ts'
import { findCondition, withCondition } from '../objects/conditions.ts'
import type { Condition, CustomObject } from '../ports/cluster.ts'
import { type CleanupFacts, cleanupCondition, cleanupStatus } from './cleanup-status.ts'
import { dangerCondition } from './danger-condition.ts'
import { floatingTagCondition } from './floating-tag-condition.ts'
import { manifestStatus } from './manifest-status.ts'
import { manualSyncOf, notedAsksOf, type ObjectAsk, unreadAsk } from './object-ask.ts'
import { historyLimit, isTold, shownTrigger } from './object-failures.ts'
import { areRetriesOver, type DueSync, type Failures, isWaiting, type SyncSpec } from './plan-sync.ts'
import { readyCondition } from './ready-condition.ts'
import { type RegistryRulesCondition, registryRulesType, unknownRules } from './registry-rules-status.ts'
import { deferralOf, type ResultFacts, type SyncResult, syncResultOf } from './sync-result.ts'
import { usageStatus } from './usage-status.ts'

/**
 * Everything the status of a Repository object is made of: of its repository only what its own credential could read since
 * it was made (see `sight.ts`).
 */
export interface RepositoryFacts extends ResultFacts {
  readonly object: CustomObject
  /** Canonical registry host; undefined when the reference leads nowhere. */
  readonly domain: string | undefined
  readonly path: string
  /** Its credential has read the repository since. */
  readonly hasRead: boolean
  readonly failures: Failures
  /** Tags of the repository. Undefined while its credential has not read it, and before the first full sync. */
  readonly artifactCount: number | undefined
  readonly image: ImageRecord | undefined
  /** The manifests of `image` where it is an index. */
  readonly children: readonly ImageRecord[]
  readonly latestTag: string | undefined
  readonly usage: readonly UsageRecord[]
  /** False too where its credential has read nothing, so that how it is used is none of its business. */
  readonly usageKnown: boolean
  /** What the version is to the workloads; undefined for most, and for an object without a tag. */
  readonly role: VersionRole | undefined
  readonly cleanup: CleanupFacts
  /** What of it workloads refer to and cannot be pulled. */
  readonly dangers: readonly Danger[]
  /** The tags of it that workloads pull only where a node has none, although they move. */
  readonly floatingTags: readonly FloatingTag[]
  /** Undefined where the registry has no rules of its own, or the object may not know. */
  readonly registryRules: RegistryRulesCondition | undefined
  readonly spec: Pick<SyncSpec, 'retryCount' | 'retryIntervalMs' | 'suspend'> & { readonly timeoutMs: number }
}

/** The whole status as it should stand now. Equal facts give equal status, so that nothing is written without news. */
export function repositoryStatus(facts: RepositoryFacts, now: Date): Record<string, unknown> {
  const { object, failures, tag } = facts
  const result = syncResultOf(facts)
  const current = tag?.goneAt === undefined ? tag : undefined
  const lastSynced = lastSyncedOf(facts)
  return {
    observedGeneration: object.metadata.generation,
    syncStatus: syncStatusOf(result),
    syncMessage: messageOf(result, facts),
    ...progressOf(facts),
    ...(facts.domain && {
      domain: facts.domain,
      image: `${facts.domain}/${facts.path}${facts.tagName ? `:${facts.tagName}` : ''}`,
    }),
    ...(lastSynced && { lastSynced: secondsOf(lastSynced) }),
    ...lastAttempt(facts),
    ...(facts.next && isShown(facts.next, facts, now) && { nextSyncTime: secondsOf(facts.next.at) }),
    failureCount: failures.count,
    ...handledManualSync(object),
    ...notedAsks(facts),
    ...(current && { digest: current.digest }),
    ...(current?.previousDigest && { previousDigest: current.previousDigest }),
    ...(current?.movedAt && { digestChangedTime: secondsOf(current.movedAt) }),
    ...(current && facts.image && { manifest: manifestStatus(facts.image, facts.children) }),
    ...(facts.artifactCount !== undefined && { artifactCount: facts.artifactCount }),
    ...(facts.latestTag && { latestTag: facts.latestTag }),
    ...(current && facts.role && { role: facts.role }),
    ...usageStatus(facts.usage, facts.usageKnown, facts.cleanup.home),
    ...cleanupStatus(facts.cleanup),
    history: historyOf(facts),
    conditions: conditionsOf(facts, result, now),
  }
}

/** A scheduled one that is due stands until it begins: no status is written for that. */
const isShown = ({ at, trigger }: DueSync, { record }: Pick<RepositoryFacts, 'record'>, now: Date): boolean =>
  at > now || (trigger === 'Scheduled' && record?.progress === undefined)

/** The result stays as it was while the next sync is put off. */
function messageOf(result: SyncResult, facts: RepositoryFacts): string {
  const later = result.status === 'Unknown' ? undefined : deferralOf(facts)
  return later === undefined ? result.message : `${result.message}; ${later}`
}

/** Of a sync that takes more than one go. */
function progressOf({ record }: RepositoryFacts): Record<string, unknown> {
  const { done = 0, total = 0 } = record?.progress ?? {}
  return total > 0 ? { syncProgress: `${Math.floor((100 * Math.min(done, total)) / total)}%` } : {}
}

/** One that reads something else now was attempted all the same. */
function lastAttempt({ object: { status }, sync }: RepositoryFacts): Record<string, unknown> {
  const lastAttemptTime = sync ? secondsOf(sync.lastOutcome.finishedAt) : status.lastAttemptTime
  return lastAttemptTime === undefined ? {} : { lastAttemptTime }
}

/**
 * What it waits for, since an annotation is taken away before it is answered, and what was answered, since the next
 * answer takes the place of that in the record.
 */
function notedAsks({ object, ask, spec }: RepositoryFacts): Record<string, unknown> {
  const { metadata, status } = object
  const isNews = ask?.isAnswered === true && !ask.isNoted
  const answeredSync = isNews ? ask.ask : notedBefore(object)
  const requestedSync = ask ? waitedFor(ask, spec.suspend) : unread(metadata, status)
  return { ...(answeredSync !== undefined && { answeredSync }), ...(requestedSync !== undefined && { requestedSync }) }
}

/** In the words of the version that wrote it, while it says the same in those of this one: no status is written for that. */
const notedBefore = (object: CustomObject): unknown =>
  object.status.observedGeneration === object.metadata.generation
    ? object.status.answeredSync
    : notedAsksOf(object).answeredSync

const waitedFor = (ask: ObjectAsk, isSuspended: boolean): string | undefined =>
  isWaiting(ask) && (!isSuspended || ask.countsWhileSuspended) ? ask.ask : undefined

/** Asked for while its reference leads nowhere: it is asked once that does. */
const unread = (metadata: CustomObject['metadata'], { requestedSync }: CustomObject['status']): unknown =>
  manualSyncOf(metadata) === undefined ? requestedSync : unreadAsk(metadata.resourceVersion)

function syncStatusOf(result: SyncResult): string {
  if (result.status === 'True') return 'Success'
  if (result.status === 'False') return 'Failed'
  return result.reason === 'Syncing' ? 'Syncing' : 'Pending'
}

function lastSyncedOf({ sync, hasRead, tag }: RepositoryFacts): Date | undefined {
  const last = hasRead ? sync?.lastSucceededAt : undefined
  return last && tag && tag.checkedAt > last ? tag.checkedAt : last
}

function handledManualSync(object: CustomObject): Record<string, unknown> {
  const handled = manualSyncOf(object.metadata) ?? object.status.lastHandledManualSync
  return handled === undefined ? {} : { lastHandledManualSync: handled }
}

function conditionsOf(facts: RepositoryFacts, result: SyncResult, now: Date): Condition[] {
  const observedGeneration = facts.object.metadata.generation
  const { sync, failures, spec } = facts
  const stalled =
    sync !== undefined && failures.count > 0 && areRetriesOver(spec, failures, sync.lastOutcome.finishedAt)
  const danger = dangerCondition(facts.dangers, facts.cleanup, facts.object.status)
  const rules = shownRules(facts)
  const cleanup = cleanupCondition(facts.cleanup)
  const floating = floatingTagCondition(facts.floatingTags, facts.cleanup.home, facts.object.status)
  const wanted: Omit<Condition, 'lastTransitionTime' | 'observedGeneration'>[] = [
    { type: 'Synced', ...result },
    readyCondition(result, danger, [cleanup, ...[...rules, ...floating].filter(({ status }) => status === 'True')]),
    stalled
      ? {
          type: 'Stalled',
          status: 'True',
          reason: 'RetriesExhausted',
          message: `${amountText(failures.count, 'failure')} in a row`,
        }
      : { type: 'Stalled', status: 'False', reason: 'Progressing', message: '' },
    inUse(facts),
    cleanup,
    ...danger,
    ...rules,
    ...floating,
  ]
  const isOver = ({ type }: Condition) => type === registryRulesType && !wanted.some(next => next.type === type)
  const stored = (facts.object.status.conditions as Condition[] | undefined) ?? []
  const existing = stored.filter(condition => !isOver(condition))
  return wanted.reduce((all, next) => withCondition(all, { ...next, observedGeneration }, now), [...existing])
}

/** One that was shown is not left as it was while no more is known. */
function shownRules({ registryRules, object, hasRead }: RepositoryFacts): RegistryRulesCondition[] {
  if (registryRules) return [registryRules]
  return !hasRead && findCondition(object.status, registryRulesType) ? [unknownRules] : []
}

function inUse({
  usage,
  usageKnown,
  cleanup,
}: RepositoryFacts): Omit<Condition, 'lastTransitionTime' | 'observedGeneration'> {
  const running = usage.filter(record => record.endedAt === undefined)
  const strangers = running.filter(record => !isSameNamespace(cleanup.home, record)).length
  const other =
    strangers === 0 ? '' : `, and ${strangers} of them ${strangers === 1 ? 'is' : 'are'} of other namespaces`
  if (running.length > 0)
    return {
      type: 'InUse',
      status: 'True',
      reason: 'ReferencedByWorkload',
      message: `${running.length === 1 ? '1 workload refers' : `${running.length} workloads refer`} to it${other}`,
    }
  return usageKnown
    ? { type: 'InUse', status: 'False', reason: 'NotReferenced', message: 'no workload of any cluster refers to it' }
    : { type: 'InUse', status: 'Unknown', reason: 'NotObserved', message: 'the clusters were not listed completely' }
}

/** The newest attempt first; an attempt that is there already is not added again. */
function historyOf({ object, sync, tag, tagFailure, failures }: RepositoryFacts): unknown {
  const before = (object.status.history as Record<string, unknown>[] | undefined) ?? []
  const outcome = sync?.lastOutcome
  if (!outcome || isTold(object, outcome)) return before
  // A read that did not find the tag is a failure of this object.
  const told = (outcome.succeeded && tagFailure) || outcome
  const attempt = {
    startTime: secondsOf(outcome.startedAt),
    completionTime: secondsOf(outcome.finishedAt),
    trigger: shownTrigger(outcome),
    result: told === outcome && outcome.succeeded ? 'Success' : 'Failed',
    attempt: Math.max(1, failures.count),
    reason: told.reason,
    message: told.message.slice(0, 1024),
    ...(tag && { digest: tag.digest }),
  }
  return [attempt, ...before].slice(0, historyLimit)
}
