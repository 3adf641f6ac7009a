import type { NewImage } from '../domain/events.ts'
import type { SyncCredential } from '../domain/sync-credential.ts'
import type { EventPublisher } from '../ports/messaging.ts'
import type { MetricsStore } from '../ports/metrics-store.ts'
import type { RegistryReader } from '../ports/registry.ts'
import type { Store } from '../ports/store.ts'
import { announceRepositories } from '../records/announce-repositories.ts'
import type { SyncDeps } from './record-present.ts'

export interface TaskDeps {
  readonly store: Store
  readonly events: EventPublisher
  readonly readerFor: (
    registry: string,
    options: { repository: string; credential: SyncCredential; timeoutMs?: number; signal?: AbortSignal },
  ) => Promise<RegistryReader>
  readonly now: () => Date
  /** Where full syncs that ended are counted; absent: they are not. */
  readonly metrics?: Pick<MetricsStore, 'addSyncs'>
  /** Milliseconds until the invocation is ended from outside; absent where nothing ends it. */
  readonly remainingMs?: () => number
  /** Aborted once so many milliseconds are over; default: in real time. */
  readonly deadline?: (ms: number) => AbortSignal
  /** See {@link SyncDeps}. */
  readonly mayLag?: true
  /** Milliseconds pass; default: they do. */
  readonly wait?: (ms: number) => Promise<unknown>
}

/** How a task ended; a registry that fails is an outcome with a reason, never a failed invocation. */
export type TaskResult = {
  /** `continued`: a slice of it is done, and the next is yet to be asked for. */
  readonly outcome: 'untracked' | 'repeated' | 'synced' | 'continued' | 'failed' | 'deferred'
  readonly message: string
}

/** Where a task works. */
export interface Where {
  /** Canonical registry host. */
  readonly registry: string
  /** Path in the registry, without the host. */
  readonly repository: string
}

/** As records name it. */
export const idOf = ({ registry, repository }: Where): string => `${registry}/${repository}`

/** Announces that its objects have something new to show; `pushed`: no more than that. */
export const announce = (where: Where, { events }: Pick<TaskDeps, 'events'>, pushed?: NewImage): Promise<void> =>
  announceRepositories([idOf(where)], events, pushed)
