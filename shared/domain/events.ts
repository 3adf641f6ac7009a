import type { AuditEntry } from './audit.ts'
import type { Correlated } from './correlation.ts'
import type { Digest } from './digest.ts'
import type { ToldDeletion } from './event-actor.ts'
import type { SyncCredential } from './sync-credential.ts'

/** A registry said that something changed: look here. Never proof; an absent tag and digest mean the whole repository. */
export interface Hint extends Correlated {
  /** Canonical registry host. */
  readonly registry: string
  /** Path in the registry, without the host. */
  readonly repository: string
  readonly tag?: string
  readonly digest?: Digest
  /** What the event, or several together, said was deleted, and by whom. */
  readonly told?: readonly ToldDeletion[]
  /** What a delivery of a webhook was recorded as: what follows from it is recorded too. */
  readonly delivery?: string
}

/** Asks for a full sync of one repository, on behalf of the Repository objects that track it. */
export interface SyncRequest {
  readonly registry: string
  readonly repository: string
  /** What it is read with. */
  readonly credential: SyncCredential
  readonly timeoutMs: number
  /** Who asked: shown in history and audit. */
  readonly trigger: 'Initial' | 'Scheduled' | 'Manual' | 'Retry' | 'SpecChange'
  /** Equal requests within five minutes are one: names the attempt. */
  readonly attempt: string
  /**
   * What Repository objects asked for, each with its uid and how often it was asked by hand (see `ask.ts`): its end
   * answers them. At most 1,000. Those of objects with a tag come first, in the order of `tags`.
   */
  readonly asks?: readonly string[]
  /**
   * The tags of the first of those objects, at most 100: `tags[i]` is that of `asks[i]`. Where the whole is too much for
   * one invocation they are read first, and those asks answered then.
   */
  readonly tags?: readonly string[]
  /** For whose objects it is due, each `cluster/namespace`; at most 16. Absent in requests of versions before. */
  readonly namespaces?: readonly string[]
}

/** A sync of the repository ended, with success or not: its objects have something new to show. */
export interface RepositorySynced extends Correlated {
  readonly registry: string
  readonly repository: string
  /** Absent where anything else of the repository may be new too. */
  readonly pushed?: NewImage
}

/** Images that were not recorded before, and the tag that one of them came with, which was not there before either. */
export interface NewImage {
  /** Absent where it came without one. */
  readonly tag?: string
  /** With all that the image holds, also what was known. */
  readonly digests: readonly Digest[]
}

/** One entry of the audit trail. Published at least once: a repetition has the same `id`. */
export interface ImageChanged extends Omit<AuditEntry, 'at'> {
  readonly registry: string
  /** Path in the registry, without the host. */
  readonly repository: string
  /** RFC 3339, milliseconds, UTC. */
  readonly at: string
  /** `cluster/namespace/name` of the policy that acted; absent where none did. */
  readonly policy?: string
}

/** What travels on the bus, by detail type. */
export interface LifecycleEvents {
  readonly ImagePushed: Hint
  readonly ImageDeleted: Hint
  readonly RepositorySynced: RepositorySynced
  readonly ImageChanged: ImageChanged
}

export type LifecycleEventType = keyof LifecycleEvents
