import pMap from 'p-map'
import type { Digest } from '../domain/digest.ts'
import { arrivalPlaces, doEventsArrive } from '../domain/event-arrival.ts'
import type { PullScopes } from '../domain/pullers.ts'
import type { ImageRecord, Mark, TagRecord, UnreadTagRecord } from '../domain/records/images.ts'
import type { RepositoryRecord, SyncRecord } from '../domain/records/syncs.ts'
import type { UsageRecord } from '../domain/records/workloads.ts'
import { indexReferences, type ReferenceIndex, referredNames } from '../domain/reference-index.ts'
import type { SyncCredential } from '../domain/sync-credential.ts'
import { sourcesFor, unknownIn } from '../domain/usage-freshness.ts'
import { type VersionRole, versionRolesOf } from '../domain/version-roles.ts'
import { digestsBelow } from '../domain/version-runs.ts'
import { UnreadableRecordError } from '../errors.ts'
import type { Draft } from '../ports/store.ts'
import { type Names, withGoneByName } from '../records/gone-by-name.ts'
import { inventoriesOf } from '../records/inventories.ts'
import { findAdoptedSync } from '../sync/adopted-sync.ts'
import { isTooLarge, readPart, readWhole } from './read-part.ts'
import { type RegistryRulesView, registryRulesView } from './registry-rules.ts'
import type { ViewStore } from './shared-reads.ts'

export interface ViewDeps {
  readonly store: ViewStore
  /** Names of every configured cluster, and of all else that has workloads. */
  readonly clusters: readonly string[]
  readonly rulebook: PullScopes
  readonly now: () => Date
}

/** What the store knows of one repository, as the statuses of its objects need it. */
export interface RepositoryView {
  readonly repository: RepositoryRecord | undefined
  /** How each credential fares with it. */
  readonly syncs: ReadonlyMap<SyncCredential, Draft<SyncRecord>>
  readonly tags: ReadonlyMap<string, TagRecord>
  readonly images: ReadonlyMap<Digest, ImageRecord>
  /** The tags that cannot be read, with why. */
  readonly unread: ReadonlyMap<string, string>
  /** The tags that the registry failed to tell of when it was asked last, with how. */
  readonly failed: ReadonlyMap<string, string>
  readonly latestTag: string | undefined
  /** Tags of it, those that cannot be read among them; of one that is too large as of its last full sync. */
  readonly tagCount: number
  readonly usageKnown: boolean
  /** References to one image or a platform of it; to any image of the repository when no tag is given. */
  readonly usageOf: (tag: string | undefined, digest: Digest | undefined) => readonly UsageRecord[]
  readonly roleOf: (digest: Digest) => VersionRole | undefined
  /** What the registry's own rules do with its images; undefined where none were asked for. */
  readonly registryRules: RegistryRulesView | undefined
  /** The tags that are on an image now. */
  readonly tagsOn: (digest: Digest) => readonly string[]
  /** Workloads ran images of it once, and none does now. */
  readonly isOffline: boolean
  /** The registry's events are known to tell what changes in it. */
  readonly isTold: boolean
  /** The marks of its images that are still there; undefined where it is too large to be read as a whole. */
  readonly marks: readonly Mark[] | undefined
  /** Why nothing is known of it, where one of its records cannot be read. */
  readonly problem?: { readonly reason: 'RecordUnreadable'; readonly message: string }
}

const repositoriesAtOnce = 8

/** A repository that objects track, by its id, with the credentials that they have, and the tags that they track. */
export interface Wanted {
  readonly credentials: ReadonlyMap<string, ReadonlySet<SyncCredential>>
  readonly tags: ReadonlyMap<string, ReadonlySet<string>>
  /** Repositories in which nothing is known to have changed: what is shown of them may be as of a moment ago. */
  readonly inTurn: ReadonlySet<string>
}

/** What is known of use beside what is recorded of each repository. */
export interface KnownUse {
  /** Repositories of which it is not known what is in use. */
  readonly unknownIn: ReadonlySet<string>
  /** References that name no repository. */
  readonly byDigestAlone: readonly UsageRecord[]
}

/** One view a repository, however many objects track it. */
export async function readRepositories(
  wanted: Wanted,
  { unknownIn, byDigestAlone }: KnownUse,
  store: ViewStore,
): Promise<Map<string, RepositoryView>> {
  const views = await pMap(
    wanted.credentials,
    async ([id, credentials]) => {
      const tracked = wanted.tags.get(id) ?? new Set()
      const known = { usageKnown: !unknownIn.has(id), byDigestAlone, tracked, isInTurn: wanted.inTurn.has(id) }
      return [id, await readOrUnreadable(id, credentials, known, store)] as const
    },
    { concurrency: repositoriesAtOnce },
  )
  return new Map(views)
}

/** Of these repositories those of which it is not known what is in use. */
export async function findUnknownUse(ids: readonly string[], deps: ViewDeps): Promise<ReadonlySet<string>> {
  const sources = sourcesFor(ids, deps.clusters, deps.rulebook)
  return unknownIn(ids, await inventoriesOf(sources, deps.store), deps.rulebook, deps.now())
}

interface KnownBefore {
  /** The tags that objects track. */
  readonly tracked: ReadonlySet<string>
  readonly isInTurn: boolean
  readonly usageKnown: boolean
  /** References that name no repository. */
  readonly byDigestAlone: readonly UsageRecord[]
}

async function readOrUnreadable(
  id: string,
  credentials: ReadonlySet<SyncCredential>,
  known: KnownBefore,
  store: ViewStore,
): Promise<RepositoryView> {
  try {
    return await readOne(id, credentials, known, store)
  } catch (error) {
    if (!(error instanceof UnreadableRecordError)) throw error
    return { ...unreadableView, problem: { reason: 'RecordUnreadable', message: error.message } }
  }
}

const unreadableView: RepositoryView = {
  repository: undefined,
  syncs: new Map(),
  tags: new Map(),
  images: new Map(),
  unread: new Map(),
  failed: new Map(),
  latestTag: undefined,
  tagCount: 0,
  usageKnown: false,
  usageOf: () => [],
  roleOf: () => undefined,
  registryRules: undefined,
  tagsOn: () => [],
  isOffline: false,
  isTold: false,
  marks: [],
}

async function readOne(
  id: string,
  credentials: ReadonlySet<SyncCredential>,
  { usageKnown, byDigestAlone, tracked, isInTurn }: KnownBefore,
  store: ViewStore,
): Promise<RepositoryView> {
  const [repository, syncs, unread, usage, arrivals] = await Promise.all([
    store.findRepository(id),
    store.listSyncs(id),
    store.listUnreadTags(id),
    store.listUsage(id),
    store.findArrivals(Object.values(arrivalPlaces(id))),
  ])
  const isPart = isTooLarge(repository, syncs)
  const [listedTags, listedImages] = isPart
    ? await readPart(id, tracked, store)
    : await readWhole(id, isInTurn ? untold : tracked, store)
  const names = isPart ? noNames : namesOf(tracked, usage)
  const { tags, images } = await withGoneByName(id, { tags: listedTags, images: listedImages }, names, store)
  const present = tags.filter(tag => tag.goneAt === undefined)
  const byDigest = new Map(images.map(image => [image.digest, image]))
  const tagsByDigest = Map.groupBy(present, tag => tag.digest)
  const references = indexReferences([...usage, ...byDigestAlone])
  let roles: ReadonlyMap<Digest, VersionRole> | undefined
  return {
    repository,
    syncs: await syncsOf(repository, syncs, credentials, store),
    tags: new Map(tags.map(tag => [tag.tag, tag])),
    images: byDigest,
    unread: reasonsOf(unread.filter(record => !record.isFailure)),
    failed: reasonsOf(unread.filter(record => record.isFailure)),
    ...(isPart ? { latestTag: undefined, tagCount: repository?.tagCount ?? 0 } : countsOf(present, unread)),
    usageKnown,
    usageOf: (tag, digest) => (tag === undefined ? usage : referencesTo([tag], digest, byDigest, references)),
    roleOf: digest => {
      if (isPart) return undefined
      roles ??= versionRolesOf(images, tags, references)
      return roles.get(digest)
    },
    registryRules: registryRulesView({ repository, images, tags, isPart }, (names, digest) =>
      referencesTo(names, digest, byDigest, references),
    ),
    tagsOn: digest => (tagsByDigest.get(digest) ?? []).map(tag => tag.tag),
    isTold: doEventsArrive(id, arrivals),
    isOffline: usageKnown && usage.length > 0 && usage.every(record => record.endedAt !== undefined),
    marks: isPart ? undefined : images.flatMap(({ mark, goneAt }) => (mark && goneAt === undefined ? [mark] : [])),
  }
}

/** What objects track and workloads refer to is shown as gone for as long as that is remembered. */
function namesOf(tracked: ReadonlySet<string>, usage: readonly UsageRecord[]): Names {
  const { tags, digests } = referredNames(usage)
  return { tags: [...tracked, ...tags], digests }
}
/** Of a part, all that is read is found by its name. */
const noNames: Names = { tags: [], digests: [] }

const untold: ReadonlySet<string> = new Set()

const reasonsOf = (unread: readonly UnreadTagRecord[]): ReadonlyMap<string, string> =>
  new Map(unread.map(({ tag, unreadable }) => [tag, unreadable]))

/** Of the tags that are there, and the names that cannot be read. */
export const countsOf = (
  present: readonly TagRecord[],
  unread: readonly UnreadTagRecord[],
): Pick<RepositoryView, 'latestTag' | 'tagCount'> => ({
  latestTag: newest(present)?.tag,
  tagCount: new Set([...present, ...unread].map(one => one.tag)).size,
})

/** What a version before recorded counts for the only credential that there is. */
export async function syncsOf(
  repository: RepositoryRecord | undefined,
  syncs: readonly SyncRecord[],
  credentials: ReadonlySet<SyncCredential>,
  store: ViewStore,
): Promise<RepositoryView['syncs']> {
  const [only] = credentials
  const isAlone = syncs.length === 0 && credentials.size === 1 && only !== undefined
  const adopted = isAlone ? await findAdoptedSync(repository, only, store) : undefined
  return new Map((adopted ? [adopted] : syncs).map(one => [one.credential, one]))
}

/** A workload that runs one platform of an index uses the index. */
function referencesTo(
  tags: readonly string[],
  digest: Digest | undefined,
  images: ReadonlyMap<Digest, ImageRecord>,
  references: ReferenceIndex,
): readonly UsageRecord[] {
  const below = digest === undefined ? [] : [...digestsBelow(digest, images)]
  // Some runtimes report the digest of the config.
  const blobs = below.flatMap(one => (images.get(one)?.blobs ?? []).map(blob => blob.digest))
  return [
    ...new Set([references.to(undefined, tags), ...[...below, ...blobs].map(one => references.to(one, []))].flat()),
  ]
}

/** When a tag came to where it points. */
export const movedOrSeen = (tag: TagRecord): Date => tag.movedAt ?? tag.firstSeenAt
const msOf = (tag: TagRecord): number => movedOrSeen(tag).getTime()

const newest = (tags: readonly TagRecord[]): TagRecord | undefined =>
  tags.toSorted((a, b) => msOf(b) - msOf(a) || (a.tag < b.tag ? 1 : -1))[0]
