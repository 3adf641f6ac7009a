import type { Store } from '../ports/store.ts'
import { Once } from '../records/once.ts'

/** What the statuses of objects are made of. */
export type ViewStore = Pick<
  Store,
  | 'findInventories'
  | 'findRepository'
  | 'listSyncs'
  | 'listUnreadTags'
  | 'listUsage'
  | 'listTags'
  | 'listImages'
  | 'findTags'
  | 'findImages'
  | 'findGoneTags'
  | 'findGoneImages'
  | 'findCredential'
  | 'findArrivals'
>

/**
 * The same store, which reads the whole of anything once, for as long as this lives: one run. A repository that many
 * clusters track costs what one costs.
 */
export function readingOnce(store: ViewStore): ViewStore {
  const inventories = once(clusters => store.findInventories(JSON.parse(clusters) as string[]))
  const arrivals = once(places => store.findArrivals(JSON.parse(places) as string[]))
  const tags = once(asked => store.findTags(...(JSON.parse(asked) as Parameters<ViewStore['findTags']>)))
  const images = once(asked => store.findImages(...(JSON.parse(asked) as Parameters<ViewStore['findImages']>)))
  const goneTags = once(asked => store.findGoneTags(...(JSON.parse(asked) as Parameters<ViewStore['findGoneTags']>)))
  const goneImages = once(asked =>
    store.findGoneImages(...(JSON.parse(asked) as Parameters<ViewStore['findGoneImages']>)),
  )
  return {
    findInventories: clusters => inventories(JSON.stringify(clusters)),
    findRepository: once(id => store.findRepository(id)),
    listSyncs: once(id => store.listSyncs(id)),
    listUnreadTags: once(id => store.listUnreadTags(id)),
    listUsage: once(id => store.listUsage(id)),
    listTags: once(id => store.listTags(id, { mayLag: true })),
    listImages: once(id => store.listImages(id, { mayLag: true })),
    findTags: (id, names) => tags(JSON.stringify([id, names])),
    findImages: (id, digests) => images(JSON.stringify([id, digests])),
    findGoneTags: (id, names) => goneTags(JSON.stringify([id, names])),
    findGoneImages: (id, digests) => goneImages(JSON.stringify([id, digests])),
    findArrivals: places => arrivals(JSON.stringify(places)),
    findCredential: (cluster, uid) => store.findCredential(cluster, uid),
  }
}

function once<T>(read: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const reads = new Once(read)
  return key => reads.get(key)
}

/** The runs of every minute tell of an inventory that this missed, as they tell of all that makes use known or unknown. */
const inventoryMs = 30_000

/** The inventories as a process read them within the last half minute: with many clusters, each event would read them all. */
export class RecentInventories {
  readonly #read = new Map<string, { readonly atMs: number; readonly inventories: ReturnType<Find> }>()

  /** @throws UnavailableError where the store does not answer; that is not kept */
  find(clusters: readonly string[], find: Find, now: Date): ReturnType<Find> {
    const key = JSON.stringify(clusters)
    const before = this.#read.get(key)
    const ageMs = now.getTime() - (before?.atMs ?? Number.NEGATIVE_INFINITY)
    if (before && ageMs >= 0 && ageMs < inventoryMs) return before.inventories
    const inventories = find(clusters)
    this.#read.set(key, { atMs: now.getTime(), inventories })
    inventories.catch(() => this.#read.delete(key))
    return inventories
  }
}

type Find = ViewStore['findInventories']
