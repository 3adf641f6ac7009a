import pMap from 'p-map'
import type { Digest } from '../../shared/domain/digest.ts'
import { parseImageName } from '../../shared/domain/image-name.ts'
import type { ImageRecord, RepositoryRecord, TagRecord, UsageRecord } from '../../shared/domain/records.ts'
import { isUsageKnown } from '../../shared/domain/usage-freshness.ts'
import type { Store } from '../../shared/ports/store.ts'

export interface ViewDeps {
  readonly store: Store
  /** Names of every configured cluster. */
  readonly clusters: readonly string[]
  readonly now: () => Date
}

/** What the store knows of one repository, as the statuses of its objects need it. */
export interface RepositoryView {
  readonly repository: RepositoryRecord | undefined
  readonly tags: ReadonlyMap<string, TagRecord>
  readonly images: ReadonlyMap<Digest, ImageRecord>
  readonly latestTag: string | undefined
  readonly usageKnown: boolean
  /** References to one image; to any image of the repository when no tag is given. */
  readonly usageOf: (tag: string | undefined, digest: Digest | undefined) => readonly UsageRecord[]
}

const concurrency = 8

/** One view a repository, however many objects track it. */
export async function readRepositories(ids: readonly string[], deps: ViewDeps): Promise<Map<string, RepositoryView>> {
  const inventories = await Promise.all(deps.clusters.map(cluster => deps.store.findInventory(cluster)))
  const usageKnown = isUsageKnown(inventories, deps.now())
  const views = await pMap([...new Set(ids)], async id => [id, await readOne(id, usageKnown, deps.store)] as const, {
    concurrency,
  })
  return new Map(views)
}

async function readOne(id: string, usageKnown: boolean, store: Store): Promise<RepositoryView> {
  const [repository, tags, images, usage] = await Promise.all([
    store.findRepository(id),
    store.listTags(id),
    store.listImages(id),
    store.listUsage(id),
  ])
  const present = tags.filter(tag => tag.goneAt === undefined)
  return {
    repository,
    tags: new Map(tags.map(tag => [tag.tag, tag])),
    images: new Map(images.map(image => [image.digest, image])),
    latestTag: newest(present)?.tag,
    usageKnown,
    usageOf: (tag, digest) => usage.filter(record => tag === undefined || refersTo(record, tag, digest)),
  }
}

const movedOrSeen = (tag: TagRecord): number => (tag.movedAt ?? tag.firstSeenAt).getTime()

const newest = (tags: readonly TagRecord[]): TagRecord | undefined =>
  tags.toSorted((a, b) => movedOrSeen(b) - movedOrSeen(a) || (a.tag < b.tag ? 1 : -1))[0]

function refersTo(record: UsageRecord, tag: string, digest: Digest | undefined): boolean {
  const name = parseImageName(record.image)
  return name.digest === undefined ? 'tag' in name && name.tag === tag : name.digest === digest
}
