import { randomUUID } from 'node:crypto'
import type { AuditEntry } from '../domain/audit.ts'
import type { Digest } from '../domain/digest.ts'
import type { ToldDeletion } from '../domain/event-actor.ts'
import { firstTimes } from '../domain/first-times.ts'
import { absenceOf } from '../domain/lifecycle/absence.ts'
import type { ImageFacts } from '../domain/lifecycle/image-facts.ts'
import { accepted, type Transition } from '../domain/lifecycle/transition.ts'
import type { Why } from '../domain/lifecycle/transition-entry.ts'
import { found, gone, refreshed } from '../domain/lifecycle/transitions.ts'
import type { ImageRecord, TagRecord, UnreadTagRecord } from '../domain/records/images.ts'
import type { UsageRecord } from '../domain/records/workloads.ts'
import { currentUse } from '../domain/usage-records.ts'
import type { ListedImage, ListedTag } from '../ports/registry.ts'
import type { Draft } from '../ports/store.ts'
import type { Observation } from './observe.ts'
import type { DescribedImage } from './read-images.ts'
import { type Authority, isGoneBy, seenByOf } from './reader-authority.ts'

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
  /** The names that could not be read before. */
  readonly unread: readonly UnreadTagRecord[]
}

export interface SyncContext {
  readonly repository: string
  /** Who looked: `sync`, or `webhook` where a hint led here. */
  readonly actor: string
  /** What it counts for that the registry denies something to this reader. */
  readonly authority: Authority
  readonly now: Date
  /** True when a hint asked for the sync: the push is then as old as the event. */
  readonly hinted: boolean
  /** True when the hint was of a push. */
  readonly pushed?: boolean
  /** What the hint said was deleted, and by whom. */
  readonly told?: readonly ToldDeletion[]
  /** True where the registry says that it does not know the repository. */
  readonly isWholeGone?: boolean
}

/** Why a sync writes. */
export const whyOf = ({ actor }: Pick<SyncContext, 'actor'>, reason: string): Why => ({
  id: randomUUID(),
  actor,
  reason,
})

/** What of a context a tag that is there needs; without an authority no credential is noted as its reader. */
type TagContext = Pick<SyncContext, 'repository' | 'actor' | 'now'> & Partial<Pick<SyncContext, 'authority'>>

const tagEntry = (
  context: TagContext,
  change: Pick<AuditEntry, 'action' | 'digest' | 'reason'> & { readonly tag: string },
): AuditEntry => ({ id: randomUUID(), at: context.now, actor: context.actor, facts: [], ...change })

/** The tags that came, moved or came back. Nothing for a tag that stayed where it was. */
export function planTags(context: TagContext, known: Known, observed: Observation): TagChange[] {
  const pushes = firstPushes(observed)
  return [...observed.tags.values()].flatMap(listed => {
    const previous = known.tags.get(listed.tag)
    if (previous && previous.goneAt === undefined && previous.digest === listed.digest) return []
    return [{ previous, draft: presentTag(context, previous, { ...listed, ...pushedAtOf(pushes, listed) }) }]
  })
}

/**
 * When each image was there first, by any of its tags or by itself: some registries tell of a tag the time of the tag alone.
 */
const firstPushes = ({ tags, untagged }: Pick<Observation, 'tags' | 'untagged'>): ReadonlyMap<Digest, Date> =>
  firstTimes([...tags.values(), ...untagged].map(({ digest, pushedAt }) => ({ digest, at: pushedAt })))

const pushedAtOf = (
  pushes: ReadonlyMap<Digest, Date>,
  { digest }: { readonly digest: Digest },
): { pushedAt?: Date } => {
  const pushedAt = pushes.get(digest)
  return pushedAt ? { pushedAt } : {}
}

/** A push puts its tag on a moment later. */
const onePushMs = 60_000

/** When a tag that is new to us came to an image that had been pushed before, as far as the registry says. */
const promotedAt = ({ pushedAt, taggedAt }: Pick<ListedTag, 'pushedAt' | 'taggedAt'>): Date | undefined =>
  pushedAt && taggedAt && taggedAt.getTime() - pushedAt.getTime() > onePushMs ? taggedAt : undefined

/** What the tags that the registry denied were, as far as they were recorded as there. */
export const deniedTags = (known: Pick<Known, 'tags'>, { gone }: Pick<Observation, 'gone'>): TagRecord[] =>
  [...gone].flatMap(tag => {
    const previous = known.tags.get(tag)
    return previous && previous.goneAt === undefined ? [previous] : []
  })

/**
 * Those of the denied tags that are gone, as far as this reader is believed; `hasRead`: it read something else
 * meanwhile. `imageOf` knows the images that they were on.
 */
export function planGoneTags(
  context: SyncContext,
  denied: readonly TagRecord[],
  hasRead: boolean,
  imageOf: (digest: Digest) => ImageRecord | undefined,
): TagChange[] {
  return denied.flatMap(previous => {
    // A tag is written as it comes, moves and comes back, and for nothing else.
    const { tag, seenBy, checkedAt: at } = previous
    if (!isGoneBy(context.authority, { name: tag, at, ...(seenBy !== undefined && { seenBy }) }, hasRead)) return []
    const { digest } = previous
    const absence = absenceOf({ digest, tag, image: imageOf(digest), ...toldIn(context) }, context.now)
    const change = { id: randomUUID(), at: context.now, action: 'tag-gone' as const, digest, tag, ...absence }
    return [{ previous, draft: { ...previous, goneAt: context.now, checkedAt: context.now, change } }]
  })
}

const toldIn = ({ told = [], isWholeGone = false }: SyncContext) => ({ told, isWholeGone })

function presentTag(
  context: TagContext,
  previous: TagRecord | undefined,
  { digest, ...listed }: ListedTag & { readonly digest: Digest },
): Draft<TagRecord> {
  const { tag } = listed
  const moved = previous !== undefined && previous.digest !== digest
  const movedAt = previous?.movedAt ?? promotedAt(listed)
  return {
    repository: context.repository,
    tag,
    digest,
    ...(moved && { previousDigest: previous.digest, movedAt: context.now }),
    ...(movedAt && !moved && { movedAt }),
    firstSeenAt: previous?.firstSeenAt ?? context.now,
    checkedAt: context.now,
    ...seenByOf(context.authority),
    change: moved
      ? tagEntry(context, { action: 'tag-moved', digest, tag, reason: `it pointed at ${previous.digest} before` })
      : tagEntry(context, { action: 'tag-created', digest, tag, reason: 'the registry lists it' }),
  }
}

/** New images, known ones that were gone and are back, and those that could not be read before. */
export function planImages(
  context: SyncContext,
  known: Known,
  observed: Observation,
  read: ReadonlyMap<Digest, DescribedImage>,
  usage: readonly UsageRecord[],
): Transition[] {
  const pushes = firstPushes(observed)
  const listed = new Map(
    [...observed.tags.values(), ...observed.untagged].map(one => [one.digest, { ...one, ...pushedAtOf(pushes, one) }]),
  )
  // A workload may refer to an image before its first sync.
  const useOf = currentUse(usage, observed.tags.values())
  return [...read.values()].flatMap(image => {
    const { digest } = image.manifest
    const previous = known.images.get(digest)
    const reason = previous ? 'the registry holds it again' : 'the registry holds it'
    const why = { ...whyOf(context, reason), isUsed: useOf(digest).length > 0 }
    const facts = withKnown(factsOf(context, image, listed.get(digest)), previous)
    if (previous && previous.goneAt === undefined)
      return accepted(refreshed(previous, { read: facts }, whyOf(context, 'its manifest was read again'), context.now))
    return accepted(found(previous, { ...facts, ...seenByOf(context.authority) }, why, context.now))
  })
}

/** What the registry says of an image, as a record has it. */
export function factsOf(
  context: Pick<SyncContext, 'repository' | 'now' | 'hinted'>,
  { manifest, config, isPull }: DescribedImage,
  listed: Omit<ListedImage, 'digest'> | undefined,
): ImageFacts {
  const { os, architecture, variant } = config ?? {}
  const stored = {
    repository: context.repository,
    digest: manifest.digest,
    pushedAt: pushTime(context, listed),
    ...(listed?.pulledAt && { pulledAt: listed.pulledAt }),
    ...(isPull && { ownReadAt: context.now }),
  }
  const { storage } = listed ?? {}
  if ('unreadable' in manifest) {
    const { unreadable, mayReferTo } = manifest
    return {
      ...(storage !== undefined && storage !== 'active' && { storage }),
      ...stored,
      unreadable,
      ...(mayReferTo && { children: mayReferTo }),
    }
  }
  return {
    ...stored,
    mediaType: manifest.mediaType,
    sizeBytes: manifest.sizeBytes,
    ...(manifest.children && { children: manifest.children }),
    ...(manifest.subject && { subject: manifest.subject }),
    ...(manifest.artifactType && { artifactType: manifest.artifactType }),
    ...(manifest.blobs && { blobs: [...manifest.blobs] }),
    ...(config?.createdAt && { createdAt: config.createdAt }),
    ...(os && architecture && { platform: { os, architecture, ...(variant && { variant }) } }),
  }
}

/** A digest has one content: what was read of it before it was archived is still true. */
function withKnown(facts: ImageFacts, previous: ImageRecord | undefined): ImageFacts {
  if (facts.storage === undefined || previous?.mediaType === undefined || previous.unreadable !== undefined)
    return facts
  const { unreadable: _u, children: _c, ...told } = facts
  const { mediaType, sizeBytes, children, subject, artifactType, blobs, createdAt, platform } = previous
  return {
    ...told,
    mediaType,
    ...(sizeBytes !== undefined && { sizeBytes }),
    ...(children && { children }),
    ...(subject && { subject }),
    ...(artifactType && { artifactType }),
    ...(blobs && { blobs }),
    ...(createdAt && { createdAt }),
    ...(platform && { platform }),
  }
}

/** Those of the denied images that are gone, as far as this reader is believed. */
export const goneImagesOf = (
  context: SyncContext,
  denied: readonly ImageRecord[],
  hasRead: boolean,
): readonly ImageRecord[] =>
  denied.filter(({ digest, seenBy, firstSeenAt, pushedAt }) => {
    // One that came back counts as pushed then, where the registry has no time of its own.
    const at = new Date(Math.max(firstSeenAt.getTime(), pushedAt.at.getTime()))
    return isGoneBy(context.authority, { name: digest, at, ...(seenBy !== undefined && { seenBy }) }, hasRead)
  })

/** Images that are gone. No tag leads to them, so that a workload can name only the digest. */
export function planGone(
  context: SyncContext,
  images: readonly ImageRecord[],
  usage: readonly UsageRecord[],
): Transition[] {
  const useOf = currentUse(usage, [])
  return images.flatMap(image => {
    const absence = absenceOf({ digest: image.digest, image, ...toldIn(context) }, context.now)
    const why = { id: randomUUID(), ...absence, isUsed: useOf(image.digest).length > 0 }
    return accepted(gone(image, why, context.now))
  })
}

/** What the registry states; else the time of the push event; else when it was first seen, which is never too early. */
function pushTime(
  context: Pick<SyncContext, 'now' | 'hinted'>,
  listed: { pushedAt?: Date } | undefined,
): ImageRecord['pushedAt'] {
  if (listed?.pushedAt) return { at: listed.pushedAt, source: 'registry' }
  return { at: context.now, source: context.hinted ? 'event' : 'first-seen' }
}
