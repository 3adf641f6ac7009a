import { secondsOf } from '../domain/instant.ts'
import { knownWord } from '../domain/known-word.ts'
import {
  type ImageRecord,
  type RepositoryRecord,
  syncTriggers,
  type TagRecord,
  type UsageRecord,
} from '../domain/records.ts'
import { isSameNamespace } from '../domain/told-to.ts'
import type { VersionRole } from '../domain/version-roles.ts'
import { withCondition } from '../objects/conditions.ts'
import type { Condition, CustomObject } from '../ports/cluster.ts'
import { type CleanupFacts, cleanupCondition, cleanupStatus } from './cleanup-status.ts'
import { manifestStatus } from './manifest-status.ts'
import { areRetriesOver, type DueSync, type EndedSync, manualSyncOf, type SyncSpec } from './plan-sync.ts'
import { timeoutNote } from './sync-timeout.ts'
import { usageStatus } from './usage-status.ts'

/**
 * Everything the status of a Repository object is made of: of its repository only what its own credential could read since
 * it was made (see `sight.ts`).
 */
export interface RepositoryFacts {
  readonly object: CustomObject
  readonly tagName: string | undefined
  /** Canonical registry host; undefined when the reference leads nowhere. */
  readonly domain: string | undefined
  readonly path: string
  /** Why the registry cannot be asked, from the reference itself; undefined when it can. */
  readonly problem: { readonly reason: string; readonly message: string } | undefined
  /** How its credential fared since the object was made; undefined before the first attempt. */
  readonly sync: EndedSync | undefined
  /** Undefined while its credential has not read the repository. */
  readonly repository: RepositoryRecord | undefined
  readonly tag: TagRecord | undefined
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
  readonly next: DueSync | undefined
  readonly spec: Pick<SyncSpec, 'retryCount' | 'retryIntervalMs'> & { readonly timeoutMs: number }
}

interface SyncResult {
  readonly status: Condition['status']
  readonly reason: string
  readonly message: string
}

/** The whole status as it should stand now. Equal facts give equal status, so that nothing is written without news. */
export function repositoryStatus(facts: RepositoryFacts, now: Date): Record<string, unknown> {
  const { object, sync, repository, tag } = facts
  const result = withNote(syncResult(facts, now), facts)
  const current = tag?.goneAt === undefined ? tag : undefined
  const lastSynced = lastSyncedOf(facts)
  const outcome = sync?.lastOutcome
  return {
    observedGeneration: object.metadata.generation,
    syncStatus: syncStatusOf(result),
    syncMessage: result.message,
    ...(facts.domain && {
      domain: facts.domain,
      image: `${facts.domain}/${facts.path}${facts.tagName ? `:${facts.tagName}` : ''}`,
    }),
    ...(lastSynced && { lastSynced: secondsOf(lastSynced) }),
    ...(outcome && { lastAttemptTime: secondsOf(outcome.finishedAt) }),
    ...(facts.next && !isDue(facts.next, now) && { nextSyncTime: secondsOf(facts.next.at) }),
    failureCount: sync?.failureCount ?? 0,
    ...handledManualSync(object),
    ...(current && { digest: current.digest }),
    ...(current?.previousDigest && { previousDigest: current.previousDigest }),
    ...(current?.movedAt && { digestChangedTime: secondsOf(current.movedAt) }),
    ...(current && facts.image && { manifest: manifestStatus(facts.image, facts.children) }),
    ...(repository?.firstSyncedAt && { artifactCount: repository.tagCount }),
    ...(facts.latestTag && { latestTag: facts.latestTag }),
    ...(current && facts.role && { role: facts.role }),
    ...usageStatus(facts.usage, facts.usageKnown, facts.cleanup.home),
    ...cleanupStatus(facts.cleanup),
    history: historyOf(facts),
    conditions: conditionsOf(facts, result, now),
  }
}

const isDue = (next: DueSync, now: Date): boolean => next.at <= now

/** A result says too where not all of the spec could be followed. */
function withNote(result: SyncResult, { problem, spec }: RepositoryFacts): SyncResult {
  const note = result.status === 'Unknown' || problem ? undefined : timeoutNote(spec.timeoutMs)
  return note === undefined ? result : { ...result, message: `${result.message}; ${note}` }
}

function syncResult(facts: RepositoryFacts, now: Date): SyncResult {
  const { problem, sync, next } = facts
  if (problem) return { status: 'False', ...problem }
  const outcome = sync?.lastOutcome
  const waiting = next !== undefined && isDue(next, now)
  if (waiting && next.trigger === 'Manual')
    return { status: 'Unknown', reason: 'Syncing', message: 'sync asked by hand' }
  if (!outcome || (waiting && next.trigger === 'Initial'))
    return waiting
      ? {
          status: 'Unknown',
          reason: 'Syncing',
          message: 'first sync under way; it reads metadata only, a large repository takes minutes',
        }
      : { status: 'Unknown', reason: 'Pending', message: 'no attempt yet' }
  if (isAwaitingResult(facts.object, outcome.finishedAt))
    return { status: 'Unknown', reason: 'Syncing', message: 'sync asked by hand' }
  if (!outcome.succeeded) return { status: 'False', reason: outcome.reason, message: outcome.message }
  return facts.tagName === undefined
    ? { status: 'True', reason: 'SyncSucceeded', message: outcome.message }
    : tagResult(facts)
}

/** After a manual trigger the old result must not satisfy a `kubectl wait`: Unknown stays until a newer one is there. */
function isAwaitingResult(object: CustomObject, finishedAt: Date): boolean {
  const conditions = (object.status.conditions as Condition[] | undefined) ?? []
  const synced = conditions.find(condition => condition.type === 'Synced')
  return synced?.reason === 'Syncing' && finishedAt.getTime() < Date.parse(synced.lastTransitionTime)
}

function tagResult({ tag, tagName, path }: RepositoryFacts): SyncResult {
  if (!tag || tag.goneAt !== undefined)
    return {
      status: 'False',
      reason: 'TagNotFound',
      message: `tag ${tagName} is not in ${path}: push it, or delete this object`,
    }
  return { status: 'True', reason: 'SyncSucceeded', message: `tag ${tagName} is ${tag.digest}` }
}

function syncStatusOf(result: SyncResult): string {
  if (result.status === 'True') return 'Success'
  if (result.status === 'False') return 'Failed'
  return result.reason === 'Syncing' ? 'Syncing' : 'Pending'
}

function lastSyncedOf({ sync, tag }: RepositoryFacts): Date | undefined {
  const times = [sync?.lastSucceededAt, sync?.lastSucceededAt && tag?.checkedAt].filter(time => time !== undefined)
  return times.sort((a, b) => b.getTime() - a.getTime())[0]
}

function handledManualSync(object: CustomObject): Record<string, unknown> {
  const handled = manualSyncOf(object.metadata) ?? object.status.lastHandledManualSync
  return handled === undefined ? {} : { lastHandledManualSync: handled }
}

function conditionsOf(facts: RepositoryFacts, result: SyncResult, now: Date): Condition[] {
  const observedGeneration = facts.object.metadata.generation
  const stalled = facts.sync !== undefined && facts.sync.failureCount > 0 && areRetriesOver(facts.spec, facts.sync)
  const wanted: Omit<Condition, 'lastTransitionTime' | 'observedGeneration'>[] = [
    { type: 'Synced', ...result },
    stalled
      ? {
          type: 'Stalled',
          status: 'True',
          reason: 'RetriesExhausted',
          message: `${facts.sync?.failureCount} failures in a row`,
        }
      : { type: 'Stalled', status: 'False', reason: 'Progressing', message: '' },
    inUse(facts),
    cleanupCondition(facts.cleanup),
  ]
  const existing = (facts.object.status.conditions as Condition[] | undefined) ?? []
  return wanted.reduce((all, next) => withCondition(all, { ...next, observedGeneration }, now), [...existing])
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

const historyLimit = 10

/** The newest attempt first; an attempt that is there already is not added again. */
function historyOf({ object, sync, tag }: RepositoryFacts): readonly unknown[] {
  const before = (object.status.history as Record<string, unknown>[] | undefined) ?? []
  const outcome = sync?.lastOutcome
  const [last] = before
  const trigger = outcome && (knownWord(syncTriggers, outcome.trigger) ?? 'Scheduled')
  if (!outcome || (last?.startTime === secondsOf(outcome.startedAt) && last.trigger === trigger)) return before
  const attempt = {
    startTime: secondsOf(outcome.startedAt),
    completionTime: secondsOf(outcome.finishedAt),
    trigger,
    result: outcome.succeeded ? 'Success' : 'Failed',
    attempt: Math.max(1, sync.failureCount),
    reason: outcome.reason,
    message: outcome.message.slice(0, 1024),
    ...(tag && { digest: tag.digest }),
  }
  return [attempt, ...before].slice(0, historyLimit)
}
