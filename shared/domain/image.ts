import type { Digest } from './digest.ts'

/** A config or layer that a manifest refers to; layers shared by several images have one digest. */
export interface Blob {
  readonly digest: Digest
  readonly sizeBytes: number
}

/** Who gave a time: the registry itself, our own first sight of the image, or an event about it. */
export type TimeSource = 'registry' | 'first-seen' | 'event'

/**
 * One digest in one repository with the tags that point at it now: the unit that retention judges.
 *
 * `repository` is normalised (`docker.io/library/nginx`). Every absent field means "not known", never "none":
 * an index without `children` is one whose manifest could not be read, `children: []` one that has none.
 */
export interface Image {
  readonly repository: string
  readonly digest: Digest
  readonly tags: readonly string[]
  readonly mediaType?: string | undefined
  readonly sizeBytes?: number | undefined
  readonly pushedAt?: Date | undefined
  readonly pulledAt?: Date | undefined
  /** When a tag of this image last came to point at it. */
  readonly retaggedAt?: Date | undefined
  /** When a workload was last seen to refer to it, also one that is gone by now. */
  readonly seenRunningAt?: Date | undefined
  /** Who gave the times above; the registry where nothing is said. */
  readonly timeSources?: Readonly<Partial<Record<'pushedAt' | 'pulledAt' | 'retaggedAt', TimeSource>>> | undefined
  /** From the image's config; reproducible builds write 1970 or 1980, so it is shown and never an age. */
  readonly createdAt?: Date | undefined
  readonly children?: readonly Digest[] | undefined
  readonly subject?: Digest | undefined
  /** `linux/arm64`, `linux/arm/v7`: shown to people, and never judged by. */
  readonly platform?: string | undefined
  /** What a referrer is, in the word of who made it: shown to people, and never judged by. */
  readonly artifactType?: string | undefined
  readonly blobs?: readonly Blob[] | undefined
  /** Why what is recorded of it says more than is understood here. */
  readonly unclear?: string | undefined
  /** Why its manifest cannot be read: `children` are all digests that it may refer to, absent where it may be any. */
  readonly unreadable?: string | undefined
  /** Where its registry keeps it while it hands it out to nobody. */
  readonly storage?: 'archived' | 'activating' | undefined
  /** A sweep has begun to archive it, and has not noted yet that it is. */
  readonly isBeingArchived?: true | undefined
  /** Why it may be what a tag points at that cannot be read. */
  readonly mayBeNamed?: string | undefined
}
