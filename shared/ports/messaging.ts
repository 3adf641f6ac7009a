import type { LifecycleEvents, LifecycleEventType, SyncRequest } from '../domain/events.ts'

/** Publishes to the bus; returns when every event was accepted. UnavailableError when any was not. */
export interface EventPublisher {
  publishEvents<T extends LifecycleEventType>(type: T, details: readonly LifecycleEvents[T][]): Promise<void>
}

/** A publisher whose events bear the correlation id; undefined leaves them as they are. */
export const correlated = (events: EventPublisher, correlationId: string | undefined): EventPublisher =>
  correlationId === undefined
    ? events
    : {
        publishEvents: (type, details) =>
          events.publishEvents(
            type,
            details.map(detail => ({ ...detail, correlationId })),
          ),
      }

/** Sends work to the FIFO queues; a request equal to one of the last five minutes is sent once. */
export interface SyncQueue {
  sendSyncRequests(requests: readonly SyncRequest[]): Promise<void>
}

/** One repository's share of a sweep: what to execute is read from the store, so that a message can never be stale proof. */
export interface SweepRequest {
  readonly cluster: string
  readonly namespace: string
  readonly policy: string
  readonly runId: string
  readonly registry: string
  readonly repository: string
  /** Names the attempt: the queue takes equal requests within five minutes for one. */
  readonly attempt: string
  /** What a person asked to have put back of the repository: then nothing is swept. Absent for a sweep. */
  readonly restore?: RestorePart
}

/** A part of what a person asked a policy to restore: some images of one repository. */
export interface RestorePart {
  /** When the planner took the request up, RFC 3339: it names the request among those of its policy. */
  readonly at: string
  /** Counts the parts of the repository from 0. */
  readonly part: number
  readonly digests: readonly string[]
  /** The run whose tags come back; of every run where one image is asked for. */
  readonly run?: string
}

/** Names the part of a restore among those of its request: `REPOSITORY PART`; for any other request as if it were the first. */
export const waitingName = ({ registry, repository, restore }: SweepRequest): string =>
  `${registry}/${repository} ${restore?.part ?? 0}`

export interface SweepQueue {
  sendSweepRequests(requests: readonly SweepRequest[]): Promise<void>
}
