import { noCopies, type RepositoryCopies } from '../../domain/copies/repository-copies.ts'
import type { Digest } from '../../domain/digest.ts'
import type { Image } from '../../domain/image.ts'
import { isBeingArchived } from '../../domain/lifecycle/states.ts'
import { platformText } from '../../domain/platform-text.ts'
import type { PullScopes } from '../../domain/pullers.ts'
import type { ImageRecord, TagRecord, UnreadTagRecord } from '../../domain/records/images.ts'
import type { RepositoryRecord, SyncRecord } from '../../domain/records/syncs.ts'
import type { UsageRecord } from '../../domain/records/workloads.ts'
import { referredNames } from '../../domain/reference-index.ts'
import type { RegistryFacts } from '../../domain/registry-facts.ts'
import { partsOf } from '../../domain/repository-id.ts'
import { knownMs } from '../../domain/retention/listing/known-time.ts'
import { attachedSubject } from '../../domain/retention/versions/tag-kind.ts'
import type { Usage } from '../../domain/usage.ts'
import { isUsageKnown, unknownIn } from '../../domain/usage-freshness.ts'
import { anyRepository, usageOf, withCurrent } from '../../domain/usage-records.ts'
import { UnreadableRecordError } from '../../errors.ts'
import type { Store } from '../../ports/store.ts'
import { withGoneByName } from '../../records/gone-by-name.ts'
import { inventoriesOf } from '../../records/inventories.ts'
import { liveSyncs } from '../../sync/live-syncs.ts'
import { deletedSubjectsOf, formerTagsOf, subjectsIn } from './deleted-before.ts'
import {
  asOwnUsage,
  type ForeignUse,
  foreignWorkloadsOf,
  type KnownRegistries,
  readForeignUse,
} from './foreign-usage.ts'
import { readCopies } from './read-copies.ts'
import { unreadNames } from './unread-names.ts'
import { withPartsOfGone } from './used-by-gone.ts'

/** Everything the store knows of one repository, as judging and deleting need it. */
export interface RepositoryWorld {
  readonly id: string
  readonly record: RepositoryRecord | undefined
  /** The sync of each credential that may still be used for it. */
  readonly syncs: readonly SyncRecord[]
  readonly tags: readonly TagRecord[]
  readonly images: readonly ImageRecord[]
  /** The names that could not be read: where they point is not known. */
  readonly unreadTags: readonly UnreadTagRecord[]
  readonly usage: readonly UsageRecord[]
  /** What may be meant by references under other hosts. */
  readonly foreignUsage: readonly ForeignUse[]
  /** How registries copy it by themselves. */
  readonly copies: RepositoryCopies
  /** Tags that a sweep had noted to delete from an image and that are gone since, by the image's digest. */
  readonly formerTags: ReadonlyMap<string, readonly string[]>
  /** Subjects of images that are there, which a sweep deleted, with who did: `policy CLUSTER/NAMESPACE/NAME`. */
  readonly deletedSubjects: ReadonlyMap<string, string>
  /** What its registry does of its own accord. */
  readonly registry: RegistryFacts
  /** Why nothing of it may be judged: one of its records cannot be read, and it is empty here. */
  readonly unreadable?: string
}

export interface WorldOptions {
  /** References that workloads were just seen to have, which count beside what is stored. */
  readonly current?: readonly UsageRecord[] | undefined
  /** Tags and images are as of a moment ago, which costs half: for whoever deletes nothing by it. */
  readonly mayLag?: true
}

/** Everything of one repository; of one with a record that cannot be read, nothing but why. */
export async function readRepositoryWorld(
  id: string,
  store: Store,
  registries: KnownRegistries,
  options: WorldOptions = {},
): Promise<RepositoryWorld> {
  try {
    return await readAllOf(id, store, registries, options)
  } catch (error) {
    if (!(error instanceof UnreadableRecordError)) throw error
    const nothing = { record: undefined, syncs: [], tags: [], images: [], unreadTags: [], usage: [], foreignUsage: [] }
    const maps = { copies: noCopies, formerTags: new Map(), deletedSubjects: new Map() }
    return { id, ...nothing, ...maps, registry: factsOf(id, registries), unreadable: error.message }
  }
}

async function readAllOf(
  id: string,
  store: Store,
  registries: KnownRegistries,
  { current = [], mayLag }: WorldOptions,
): Promise<RepositoryWorld> {
  const lag = mayLag ? { mayLag } : {}
  const reading = readCopies(id, store, registries)
  const [record, syncs, tags, images, unreadTags, usage, everywhere, copies, foreignUsage] = await Promise.all([
    store.findRepository(id),
    store.listSyncs(id),
    store.listTags(id, lag),
    store.listImages(id, lag),
    store.listUnreadTags(id),
    store.listUsage(id),
    store.listUsage(anyRepository),
    reading,
    readForeignUse(id, store, registries, { current, copies: reading }),
  ])
  const own = current.filter(({ repository }) => repository === id || repository === anyRepository)
  const world = {
    tags: tags.filter(tag => tag.goneAt === undefined),
    images: images.filter(image => image.goneAt === undefined),
  }
  const counted = withCurrent([...usage, ...everywhere], own)
  const all = await withGoneByName(id, { tags, images }, goneNamesIn(world, counted), store)
  return {
    id,
    record,
    syncs: await liveSyncs(syncs, store),
    ...world,
    unreadTags,
    usage: withPartsOfGone(id, all, counted),
    foreignUsage,
    copies,
    formerTags: formerTagsOf(world.images, all.tags),
    deletedSubjects: deletedSubjectsOf(world, all.images),
    registry: factsOf(id, registries),
  }
}

/** What is there names these, and some of them may be gone. */
function goneNamesIn(
  { tags, images }: Pick<RepositoryWorld, 'tags' | 'images'>,
  usage: readonly UsageRecord[],
): { readonly tags: string[]; readonly digests: Digest[] } {
  const there = new Set(images.map(image => image.digest))
  const subjects = subjectsIn({ tags, images }).filter(digest => !there.has(digest))
  const referred = referredNames(usage)
  return {
    tags: [...referred.tags, ...images.flatMap(({ deletion }) => deletion?.tags ?? [])],
    digests: [...referred.digests, ...subjects],
  }
}

const factsOf = (id: string, registries: KnownRegistries): RegistryFacts => registries.factsOf(partsOf(id).registry)

/** The usage as it is known now; incomplete for whatever a cluster pulls that was not listed completely, or not lately. */
export async function readUsage(
  worlds: readonly RepositoryWorld[],
  clusters: readonly string[],
  { store, registries, now }: { readonly store: Store; readonly registries: PullScopes; readonly now: Date },
): Promise<Usage> {
  const inventories = await inventoriesOf(clusters, store)
  const ids = worlds.map(world => world.id)
  const unknown = unknownIn(ids, inventories, registries, now)
  const isKnown = ids.length === 0 ? isUsageKnown(inventories, now) : unknown.size < ids.length
  const known = usageOf(
    worlds.flatMap(world => world.usage),
    isKnown,
    now,
  )
  return {
    ...known,
    ...(isKnown && unknown.size > 0 && { unknownIn: unknown }),
    foreign: worlds.flatMap(world => foreignWorkloadsOf(world.foreignUsage, now)),
  }
}

/**
 * The images of a repository as retention judges them. A tag whose image is not recorded yet is an image of which
 * nothing is known, and so is kept.
 */
export function imagesOf(world: RepositoryWorld): Image[] {
  const tagsOf = Map.groupBy(world.tags, tag => tag.digest)
  const recorded = new Set(world.images.map(image => image.digest))
  const lastRun = lastRunOf([...world.usage, ...asOwnUsage(world.foreignUsage)])
  const unrecorded = [...tagsOf].filter(([digest]) => !recorded.has(digest))
  const records = new Map(world.images.map(image => [image.digest, image]))
  const mayBeNamed = unreadNames(world)
  return [
    ...world.images.map(image => {
      const tags = tagsOf.get(image.digest) ?? []
      const formerTags = tags.length === 0 ? (world.formerTags.get(image.digest) ?? []) : []
      const judged = toImage({ ...image, ...createdOf(image, records) }, tags, lastRun, formerTags)
      const named = mayBeNamed(image.digest, () => isUnexplained(image, judged.tags, records))
      return named === undefined ? judged : { ...judged, mayBeNamed: named }
    }),
    ...unrecorded.map(([digest, tags]) => ({ repository: world.id, digest, tags: tags.map(tag => tag.tag) })),
  ]
}

/** Untagged, or about nothing that is recorded by the attached tags, which are all that it has. */
const isUnexplained = (
  { subject }: ImageRecord,
  tags: readonly string[],
  records: ReadonlyMap<string, ImageRecord>,
): boolean => {
  const subjects = tags.map(attachedSubject)
  if (subjects.length === 0) return true
  return subjects.every(one => one !== undefined) && ![...subjects, subject].some(one => one && records.has(one))
}

/**
 * An index has no config: it was made once the newest of its children was. While one of them has no time, the
 * index is not known to be older than another (retention 13). Attestations, which run nowhere, never have one.
 */
function createdOf(
  image: ImageRecord,
  records: ReadonlyMap<string, ImageRecord>,
): Pick<ImageRecord, 'createdAt'> | undefined {
  if (image.createdAt !== undefined || image.children === undefined || image.unreadable !== undefined) return undefined
  const children = image.children.map(child => records.get(child))
  const running = children.filter(child => child?.platform?.os !== 'unknown')
  const created = running.map(child => knownMs(child?.createdAt))
  const latest = created.every(Number.isFinite) ? Math.max(...created) : Number.NaN
  return Number.isFinite(latest) ? { createdAt: new Date(latest) } : undefined
}

/** When a reference that has ended was last seen, by the image as it was spelled. */
function lastRunOf(usage: readonly UsageRecord[]): ReadonlyMap<string, number> {
  const last = new Map<string, number>()
  for (const { image, endedAt } of usage)
    if (endedAt) last.set(image, Math.max(last.get(image) ?? 0, endedAt.getTime()))
  return last
}

/**
 * A tag moved here, or came anew to an image that was known before, as a promotion does. A tag first seen together with
 * its image says nothing: else the first sync of a repository would make all of it young.
 */
const retaggedAt = (tag: TagRecord, image: ImageRecord): Date | undefined =>
  tag.movedAt ?? (tag.firstSeenAt > image.firstSeenAt ? tag.firstSeenAt : undefined)

function toImage(
  record: ImageRecord,
  tags: readonly TagRecord[],
  lastRun: ReadonlyMap<string, number>,
  formerTags: readonly string[],
): Image {
  const { repository, digest, mediaType, sizeBytes, createdAt, children, subject, blobs, unreadable } = record
  const { platform, artifactType } = record
  const spelled = [
    `${repository}@${digest}`,
    digest,
    ...(blobs ?? []).flatMap(blob => [blob.digest, `${repository}@${blob.digest}`]),
    ...tags.flatMap(({ tag }) => [`${repository}:${tag}`, `${repository}:${tag}@${digest}`]),
  ]
  const unclear = [record, ...tags].find(one => one.unclear !== undefined)?.unclear
  const seenRunningMs = Math.max(...spelled.map(image => lastRun.get(image) ?? 0))
  const moved = tags.flatMap(tag => retaggedAt(tag, record)?.getTime() ?? [])
  return {
    repository,
    digest,
    tags: [...tags.map(tag => tag.tag), ...formerTags].sort(),
    pushedAt: record.pushedAt.at,
    timeSources: { pushedAt: record.pushedAt.source },
    ...(mediaType !== undefined && { mediaType }),
    ...(sizeBytes !== undefined && { sizeBytes }),
    ...(createdAt && { createdAt }),
    ...(children && { children }),
    ...(subject && { subject }),
    ...(platform && { platform: platformText(platform) }),
    ...(artifactType !== undefined && { artifactType }),
    ...(blobs && { blobs }),
    ...(unclear !== undefined && { unclear }),
    ...(unreadable !== undefined && { unreadable }),
    ...(record.storage && { storage: record.storage }),
    ...(isBeingArchived(record) && { isBeingArchived: true as const }),
    ...(record.pulledAt && { pulledAt: record.pulledAt }),
    ...(seenRunningMs > 0 && { seenRunningAt: new Date(seenRunningMs) }),
    ...(moved.length > 0 && { retaggedAt: new Date(Math.max(...moved)) }),
  }
}
