import { randomUUID } from 'node:crypto'
import type { AuditEntry } from '../domain/audit.ts'
import type { Digest } from '../domain/digest.ts'
import { accepted, type Transition } from '../domain/lifecycle/transition.ts'
import { found, gone, type ImageFacts, type Why } from '../domain/lifecycle/transitions.ts'
import type { ImageRecord, TagRecord, UsageRecord } from '../domain/records.ts'
import { currentUse } from '../domain/usage-records.ts'
import type { Draft } from '../ports/store.ts'
import type { Observation } from './observe.ts'
import type { DescribedImage } from './read-images.ts'

/** A tag to write over the record that was read. */
export interface TagChange {
  readonly draft: Draft<TagRecord>
  readonly previous: TagRecord | undefined
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

/** Why a sync writes. */
export const whyOf = ({ actor }: Pick<SyncContext, 'actor'>, reason: string): Why => ({
  id: randomUUID(),
  actor,
  reason,
})

const tagEntry = (
  context: SyncContext,
  change: Pick<AuditEntry, 'action' | 'digest' | 'reason'> & { readonly tag: string },
): AuditEntry => ({ id: randomUUID(), at: context.now, actor: context.actor, facts: [], ...change })

/** The tags whose record differs from what the registry shows. Nothing for a tag that stayed where it was. */
export function planTags(context: SyncContext, known: Known, observed: Observation): TagChange[] {
  const present = [...observed.tags.values()].flatMap(({ tag, digest }) => {
    const previous = known.tags.get(tag)
    if (previous && previous.goneAt === undefined && previous.digest === digest) return []
    return [{ previous, draft: presentTag(context, previous, tag, digest) }]
  })
  const missing = [...observed.gone].flatMap(tag => {
    const previous = known.tags.get(tag)
    if (!previous || previous.goneAt !== undefined) return []
    const change = tagEntry(context, {
      action: 'tag-gone',
      digest: previous.digest,
      tag,
      reason: 'the registry answered 404 for it',
    })
    return [{ previous, draft: { ...previous, goneAt: context.now, checkedAt: context.now, change } }]
  })
  return [...present, ...missing]
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
      ? tagEntry(context, { action: 'tag-moved', digest, tag, reason: `it pointed at ${previous.digest} before` })
      : tagEntry(context, { action: 'tag-created', digest, tag, reason: 'the registry lists it' }),
  }
}

/** New images, and known ones that were gone and are back. */
export function planImages(
  context: SyncContext,
  known: Known,
  observed: Observation,
  read: ReadonlyMap<Digest, DescribedImage>,
  usage: readonly UsageRecord[],
): Transition[] {
  const listed = new Map([...observed.tags.values(), ...observed.untagged].map(one => [one.digest, one]))
  // A workload may refer to an image before its first sync.
  const useOf = currentUse(usage, observed.tags.values())
  return [...read.values()].flatMap(image => {
    const { digest } = image.manifest
    const previous = known.images.get(digest)
    const reason = previous ? 'the registry holds it again' : 'the registry holds it'
    const why = { ...whyOf(context, reason), isUsed: useOf(digest).length > 0 }
    return accepted(found(previous, factsOf(context, image, listed.get(digest)), why, context.now))
  })
}

/** What the registry says of an image, as a record has it. */
export function factsOf(
  context: Pick<SyncContext, 'repository' | 'now' | 'hinted'>,
  { manifest, config }: DescribedImage,
  listed: { pushedAt?: Date; pulledAt?: Date } | undefined,
): ImageFacts {
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
    pushedAt: pushTime(context, listed),
    ...(listed?.pulledAt && { pulledAt: listed.pulledAt }),
  }
}

/** Images whose digest the registry denied. No tag leads to them, so that a workload can name only the digest. */
export function planGone(
  context: SyncContext,
  denied: readonly ImageRecord[],
  usage: readonly UsageRecord[],
): Transition[] {
  const useOf = currentUse(usage, [])
  return denied.flatMap(image => {
    const why = { ...whyOf(context, 'the registry answered 404 for it'), isUsed: useOf(image.digest).length > 0 }
    return accepted(gone(image, why, context.now))
  })
}

/** A registry's own word first; else the event that told of the push; else our first sight, never older than the truth. */
function pushTime(
  context: Pick<SyncContext, 'now' | 'hinted'>,
  listed: { pushedAt?: Date } | undefined,
): ImageRecord['pushedAt'] {
  if (listed?.pushedAt) return { at: listed.pushedAt, source: 'registry' }
  return { at: context.now, source: context.hinted ? 'event' : 'first-seen' }
}
