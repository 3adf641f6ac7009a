import type { SyncRequest } from '../domain/events.ts'
import type { RepositoryRecord, TagRecord } from '../domain/records.ts'
import type { SyncCredential } from '../domain/sync-credential.ts'
import type { ObjectMeta } from '../ports/cluster.ts'
import { manualSyncAnnotation } from './annotations.ts'

/** What of a Repository object decides when it is synced. Durations in milliseconds. */
export interface SyncSpec {
  readonly tag?: string
  readonly syncIntervalMs: number
  readonly retryCount: number
  readonly retryIntervalMs: number
  readonly suspend: boolean
}

export interface SyncFacts {
  readonly metadata: ObjectMeta
  readonly spec: SyncSpec
  /** True when the object's status shows an attempt already. */
  readonly attempted: boolean
  /** Undefined while its registry is not known. */
  readonly credential: SyncCredential | undefined
  readonly repository: RepositoryRecord | undefined
  readonly tag: TagRecord | undefined
}

/** When the next sync is due, and as what. `attempt` is equal for equal reasons, so that asking twice is one sync. */
export interface DueSync {
  readonly at: Date
  readonly trigger: SyncRequest['trigger']
  readonly attempt: string
}

/** The value of the annotation that asks for a sync now; undefined when it is absent or empty. */
export const manualSyncOf = (metadata: ObjectMeta): string | undefined =>
  metadata.annotations[manualSyncAnnotation] || undefined

/** Undefined while the object is suspended and no sync was asked for by its annotation. */
export function nextSyncOf(facts: SyncFacts, now: Date): DueSync | undefined {
  const { metadata, spec, repository } = facts
  const manual = manualSyncOf(metadata)
  if (manual !== undefined)
    return { at: now, trigger: 'Manual', attempt: `manual:${metadata.uid}:${metadata.resourceVersion}` }
  if (spec.suspend) return undefined
  const isNew = !facts.attempted && (spec.tag === undefined || facts.tag === undefined)
  if (!repository?.lastOutcome || (isNew && metadataIsNewer(metadata, repository.lastOutcome.startedAt)))
    return { at: now, trigger: 'Initial', attempt: `initial:${metadata.uid}` }
  if (repository.credentialId !== facts.credential)
    return {
      at: now,
      trigger: 'SpecChange',
      attempt: `spec:${metadata.uid}:${metadata.generation}:${facts.credential}`,
    }
  return repository.lastOutcome.succeeded
    ? nextScheduled(spec, repository.lastOutcome.finishedAt)
    : nextAfterFailure(spec, repository)
}

function metadataIsNewer(metadata: ObjectMeta, startedAt: Date): boolean {
  return (
    metadata.creationTimestamp !== undefined && Date.parse(metadata.creationTimestamp) >= startedAt.getTime() - 1000
  )
}

function nextScheduled(spec: SyncSpec, finishedAt: Date): DueSync {
  const at = new Date(finishedAt.getTime() + spec.syncIntervalMs)
  return { at, trigger: 'Scheduled', attempt: `scheduled:${at.toISOString()}` }
}

/** `retryCount` tries after the first, `retryInterval` apart or as the registry asked; then as if all were well. */
function nextAfterFailure(spec: SyncSpec, repository: RepositoryRecord): DueSync {
  const { finishedAt, retryAfterMs = 0 } = repository.lastOutcome ?? { finishedAt: new Date(0) }
  if (repository.failureCount > spec.retryCount) return nextScheduled(spec, finishedAt)
  const at = new Date(finishedAt.getTime() + Math.max(spec.retryIntervalMs, retryAfterMs))
  return { at, trigger: 'Retry', attempt: `retry:${repository.failureCount}:${finishedAt.toISOString()}` }
}
