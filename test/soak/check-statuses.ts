import type { SyncRecord } from '../../shared/domain/records.ts'
import type { Condition, CustomObject } from '../../shared/ports/cluster.ts'
import { hasStanding } from './tenants.ts'
import { ViolationError } from './violation.ts'
import type { World } from './world.ts'

/**
 * Objects of whoever reads with the installation's credential show what that read: no other credential makes them fail.
 * @throws ViolationError
 */
export async function checkStatuses(world: World): Promise<void> {
  const { estate, books } = world
  const syncs = new Map<string, SyncRecord | undefined>()
  for (const object of await estate.clusters[0].listObjects('Repository')) {
    const { repository: path, tag } = object.spec as { repository: string; tag?: string }
    const book = books.find(one => one.path === path)
    const synced = syncedOf(object)
    if (!book || synced?.status !== 'False' || !hasStanding(object.metadata.namespace, path)) continue
    if (!syncs.has(path)) {
      const all = await estate.store.listSyncs(book.id)
      syncs.set(
        path,
        all.find(one => one.credential === 'installation'),
      )
    }
    const sync = syncs.get(path)
    if (!sync?.lastOutcome?.succeeded) continue
    if (tag !== undefined) {
      const record = await estate.store.findTag(book.id, tag)
      if (record === undefined || record.goneAt !== undefined || sync.denied?.includes(tag)) continue
    }
    const what = `Repository ${object.metadata.namespace}/${object.metadata.name} shows ${synced.reason} (${synced.message}), and its own credential read ${book.id}`
    throw new ViolationError({ what, repository: book.id })
  }
}

const syncedOf = ({ status }: CustomObject): Condition | undefined =>
  (status.conditions as Condition[] | undefined)?.find(one => one.type === 'Synced')
