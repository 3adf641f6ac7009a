import pMap from 'p-map'
import { parseImageName } from '../../shared/domain/image-name.ts'
import { secondsOf } from '../../shared/domain/instant.ts'
import type { UsageRecord } from '../../shared/domain/records/workloads.ts'
import { partsOf } from '../../shared/domain/repository-id.ts'
import { ShelflifeError } from '../../shared/errors.ts'
import type { Cluster } from '../../shared/ports/cluster.ts'
import { inventoriesOf } from '../../shared/records/inventories.ts'
import { workloadSourcesOf } from '../../shared/settings.ts'
import type { CoveredObject } from '../../shared/sweep/world/covered-object.ts'
import { listTrackedObjects } from '../../shared/sweep/world/policy-scope.ts'
import type { Installation } from '../connect/installation.ts'
import { firstDeletionIn, markedIn } from '../connect/shown-marks.ts'

/** One repository that is tracked. */
export interface ShownRepository {
  readonly repository: string
  /** As of its last sync; absent, as all below, before the first. */
  readonly tags?: number
  /** Tags, or digests where they name no tag, that workloads refer to now, old ReplicaSets too. */
  readonly inUse: number
  /** Marked images, as its Repository objects show them. */
  readonly marked: number
  /** When the first of them goes, unless something needs it by then. */
  readonly firstDeletionAt?: string
  /** Bytes of its distinct layers, as of its last full sync. */
  readonly storedBytes?: number
  readonly lastSyncedAt?: string
}

export interface ShownRepositories {
  readonly repositories: readonly ShownRepository[]
  /** Repositories of known registries that workloads use and no Repository object tracks, by name. */
  readonly untracked: readonly string[]
  /** Clusters that cannot be read: what they alone track is not shown. */
  readonly unread: readonly { readonly cluster: string; readonly message: string }[]
}

const lookupsAtOnce = 16

/**
 * Every repository that a Repository object tracks, by name. Of the table it reads the records of the repositories, a hundred
 * at a time, and what each cluster uses: no tag and no image, so that 20,000 repositories take seconds.
 */
export async function listRepositories(installation: Reads): Promise<ShownRepositories> {
  const { store, settings, rulebook } = installation
  const unread: ShownRepositories['unread'][number][] = []
  const read = async (cluster: Cluster): Promise<readonly CoveredObject[]> => {
    try {
      return (await listTrackedObjects(cluster, rulebook)).tracked
    } catch (error) {
      if (!(error instanceof ShelflifeError)) throw error
      unread.push({ cluster: cluster.name, message: error.message })
      return []
    }
  }
  const lists = await pMap(await installation.connectClusters(), read, { concurrency: lookupsAtOnce })
  const tracked = Map.groupBy(lists.flat(), one => one.repository)
  const [records, usage] = await Promise.all([
    store.findRepositories([...tracked.keys()]),
    listUsage(workloadSourcesOf(settings), store),
  ])
  const known = new Map(records.map(record => [record.id, record]))
  const used = Map.groupBy(
    usage.flat().filter(({ endedAt }) => endedAt === undefined),
    one => one.repository,
  )
  const repositories = [...tracked].map(([repository, objects]): ShownRepository => {
    const firstDeletionAt = firstDeletionIn(objects)
    const { tagCount, storedBytes, lastSyncedAt } = known.get(repository) ?? {}
    return {
      repository,
      ...(lastSyncedAt && { tags: tagCount ?? 0, lastSyncedAt: secondsOf(lastSyncedAt) }),
      inUse: namedIn(used.get(repository) ?? []),
      marked: markedIn(objects),
      ...(firstDeletionAt !== undefined && { firstDeletionAt }),
      ...(storedBytes !== undefined && { storedBytes }),
    }
  })
  const hosts = new Set([...settings.registries.map(({ host }) => host), ...lists.flat().map(one => one.registry)])
  const untracked = [...used.keys()].filter(id => !tracked.has(id) && hosts.has(partsOf(id).registry)).sort()
  return { repositories: repositories.sort((a, b) => (a.repository < b.repository ? -1 : 1)), untracked, unread }
}

type Reads = Pick<Installation, 'store' | 'settings' | 'rulebook' | 'connectClusters'>

/** A Deployment names a tag, and its Pods the digest of the same image: digests count only where no tag is named. */
function namedIn(usage: readonly UsageRecord[]): number {
  const names = usage.map(({ image }) => parseImageName(image))
  const tags = new Set(names.flatMap(name => (name.repository === undefined ? [] : (name.tag ?? []))))
  return tags.size > 0 ? tags.size : new Set(names.flatMap(({ digest }) => digest ?? [])).size
}

/** What these sources use, and the members that one consists of. */
async function listUsage(
  sources: readonly string[],
  store: Installation['store'],
): Promise<(readonly UsageRecord[])[]> {
  const names = [...(await inventoriesOf(sources, store)).keys()]
  return pMap(names, name => store.listClusterUsage(name), { concurrency: lookupsAtOnce })
}
