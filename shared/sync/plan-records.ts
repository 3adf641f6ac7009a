import { randomUUID } from 'node:crypto'
import type { AuditEntry } from '../domain/audit.ts'
import type { Digest } from '../domain/digest.ts'
import type { ImageRecord, TagRecord, UsageRecord } from '../domain/records.ts'
import { currentReferences } from '../domain/usage-records.ts'
import type { Draft } from '../ports/store.ts'
import type { Observation } from './observe.ts'
import type { DescribedImage } from './read-images.ts'

/** A record to write over the one that was read. */
export interface Change<T extends { number: number }> {
  readonly draft: Draft<T>
  readonly previous: T | undefined
}

export interface Known {
  /** True when every stored tag and image is here; else the store is asked for what is missing. */
  readonly complete: boolean
  readonly tags: ReadonlyMap<string, TagRecord>
  readonly images: ReadonlyMap<Digest, ImageRecord>
}

export interface SyncContext {
  readonly repository: string
  /** Who looked: `sync`, or `webhook` where a hint led here. */
  readonly actor: string
  readonly now: Date
  /** True when a hint brought us: the push is then as old as the event. */
  readonly hinted: boolean
  /** True when the hint was of a push. */
  readonly pushed?: boolean
}

export const auditOf = (
  context: SyncContext,
  change: Omit<AuditEntry, 'id' | 'at' | 'actor' | 'facts'>,
): AuditEntry => ({
  id: randomUUID(),
  at: context.now,
  actor: context.actor,
  facts: [],
  ...change,
})

/** The tags whose record differs from what the registry shows. Nothing for a tag that stayed where it was. */
export function planTags(context: SyncContext, known: Known, observed: Observation): Change<TagRecord>[] {
  const present = [...observed.tags.values()].flatMap(({ tag, digest }) => {
    const previous = known.tags.get(tag)
    if (previous && previous.goneAt === undefined && previous.digest === digest) return []
    return [{ previous, draft: presentTag(context, previous, tag, digest) }]
  })
  const gone = [...observed.gone].flatMap(tag => {
    const previous = known.tags.get(tag)
    if (!previous || previous.goneAt !== undefined) return []
    const change = auditOf(context, {
      action: 'tag-gone',
      digest: previous.digest,
      tag,
      reason: 'the registry answered 404 for it',
    })
    return [{ previous, draft: { ...previous, goneAt: context.now, checkedAt: context.now, change } }]
  })
  return [...present, ...gone]
}

function presentTag(
  context: SyncContext,
  previous: TagRecord | undefined,
  tag: string,
  digest: Digest,
): Draft<TagRecord> {
  const moved = previous !== undefined && previous.digest !== digest
  return {
    repository: context.repository,
    tag,
    digest,
    ...(moved && { previousDigest: previous.digest, movedAt: context.now }),
    ...(previous?.movedAt && !moved && { movedAt: previous.movedAt }),
    firstSeenAt: previous?.firstSeenAt ?? context.now,
    checkedAt: context.now,
    change: moved
      ? auditOf(context, { action: 'tag-moved', digest, tag, reason: `it pointed at ${previous.digest} before` })
      : auditOf(context, { action: 'tag-created', digest, tag, reason: 'the registry lists it' }),
  }
}

/** New images, and known ones that were gone and are back. */
export function planImages(
  context: SyncContext,
  known: Known,
  observed: Observation,
  found: ReadonlyMap<Digest, DescribedImage>,
  usage: readonly UsageRecord[],
): Change<ImageRecord>[] {
  const listed = new Map([...observed.tags.values(), ...observed.untagged].map(one => [one.digest, one]))
  const tagsOf = Map.groupBy(observed.tags.values(), tag => tag.digest)
  return [...found.values()].map(image => {
    const { digest } = image.manifest
    const previous = known.images.get(digest)
    const tags = (tagsOf.get(digest) ?? []).map(({ tag }) => tag)
    // A workload may refer to an image before its first sync.
    const isUsed = currentReferences(usage, digest, tags).length > 0
    const stage = isUsed ? ('Use' as const) : ('Introduction' as const)
    return { previous, draft: { ...imageDraft(context, previous, image, listed.get(image.manifest.digest)), stage } }
  })
}

function imageDraft(
  context: SyncContext,
  previous: ImageRecord | undefined,
  { manifest, config }: DescribedImage,
  listed: { pushedAt?: Date; pulledAt?: Date } | undefined,
): Omit<Draft<ImageRecord>, 'stage'> {
  const { os, architecture, variant } = config ?? {}
  return {
    repository: context.repository,
    digest: manifest.digest,
    mediaType: manifest.mediaType,
    sizeBytes: manifest.sizeBytes,
    ...(manifest.children && { children: manifest.children }),
    ...(manifest.subject && { subject: manifest.subject }),
    ...(manifest.artifactType && { artifactType: manifest.artifactType }),
    ...(manifest.blobs && { blobs: [...manifest.blobs] }),
    ...(config?.createdAt && { createdAt: config.createdAt }),
    ...(os && architecture && { platform: { os, architecture, ...(variant && { variant }) } }),
    firstSeenAt: previous?.firstSeenAt ?? context.now,
    pushedAt: pushTime(context, listed),
    ...(listed?.pulledAt && { pulledAt: listed.pulledAt }),
    change: auditOf(context, {
      action: 'image-recorded',
      digest: manifest.digest,
      reason: previous ? 'the registry holds it again' : 'the registry holds it',
    }),
  }
}

/** An image whose digest the registry denied. Its mark goes with it: there is nothing left to delete. */
export function planGone(context: SyncContext, previous: ImageRecord): Change<ImageRecord> {
  const { mark: _, ...rest } = previous
  const reason = 'the registry answered 404 for it'
  const change = auditOf(context, { action: 'image-gone', digest: previous.digest, reason })
  return { previous, draft: { ...rest, goneAt: context.now, change } }
}

/** A registry's own word first; else the event that told of the push; else our first sight, never older than the truth. */
function pushTime(context: SyncContext, listed: { pushedAt?: Date } | undefined): ImageRecord['pushedAt'] {
  if (listed?.pushedAt) return { at: listed.pushedAt, source: 'registry' }
  return { at: context.now, source: context.hinted ? 'event' : 'first-seen' }
}
