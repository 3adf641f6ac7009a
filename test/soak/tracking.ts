import { manualSyncAnnotation } from '../../shared/reconcile/annotations.ts'
import { createDice } from './dice.ts'
import { isStalling } from './model.ts'
import type { RepositoryBook } from './registry-book.ts'
import type { World } from './world.ts'

/** How a repository is tracked: by one object, by one for each tag, by both in two groups, or not at all. */
export type Tracking = 'whole' | 'tags' | 'both' | 'untouched' | 'untracked'

const cycle = ['whole', 'tags', 'both', 'whole', 'untouched'] as const

const placeOf = (book: RepositoryBook): number => Number(book.path.slice(book.path.lastIndexOf('-') + 1))

export const trackingOf = (book: RepositoryBook): Tracking =>
  placeOf(book) === 19 ? 'untracked' : (cycle[placeOf(book) % cycle.length] ?? 'whole')

export const isTracked = (book: RepositoryBook): boolean => trackingOf(book) !== 'untracked'

const groupOf = (book: RepositoryBook): string =>
  trackingOf(book) === 'untouched' ? 'nobody' : `g${Math.floor(placeOf(book) / 4) % 5}`

/** The tags of a repository that is tracked both ways belong to the next group, whose policy is then a rival. */
const tagGroupOf = (book: RepositoryBook): string =>
  trackingOf(book) === 'both' ? `g${(Math.floor(placeOf(book) / 4) + 1) % 5}` : groupOf(book)

const nameOf = (book: RepositoryBook): string => book.path.replaceAll('/', '-')

const refOf = (book: RepositoryBook) => ({ name: isStalling(book) ? 'stalling' : 'registry' })

export function trackWhole({ estate }: World, book: RepositoryBook): void {
  if (trackingOf(book) === 'tags' || trackingOf(book) === 'untracked') return
  const spec = { repository: book.path, registryRef: refOf(book) }
  estate.clusters[0].put('Repository', nameOf(book), spec, { labels: { group: groupOf(book) } })
}

export function trackTag({ estate, journal }: World, book: RepositoryBook, tag: string): void {
  if (trackingOf(book) !== 'tags' && trackingOf(book) !== 'both') return
  const spec = { repository: book.path, tag, registryRef: refOf(book) }
  journal.note(`object for ${book.path}:${tag}`)
  estate.clusters[0].put('Repository', `${nameOf(book)}-${tag}`, spec, { labels: { group: tagGroupOf(book) } })
}

/** Somebody asks for a sync by hand, in a cluster that counts that or in one that does not. */
export async function askForSync({ estate: { clusters }, journal }: World): Promise<void> {
  // By dice of its own: who asks changes nothing of what else happens.
  const dice = createDice(`ask ${journal.operation}`)
  const object = dice.pick(await clusters[0].listObjects('Repository'))
  if (!object) return
  const { name, namespace } = object.metadata
  const { syncRequests = 0, ...spec } = object.spec as { syncRequests?: number }
  const counted = dice.chance(70) && { spec: { ...spec, syncRequests: syncRequests + 1 } }
  journal.note(`sync of ${namespace}/${name} asked for${counted ? ', and counted' : ''}`)
  const annotations = { [manualSyncAnnotation]: String(journal.operation) }
  clusters[0].change('Repository', name, { annotations, ...counted }, namespace)
}

/** Somebody deletes an object; what it brought is not touched from then on. */
export async function untrack(world: World, book: RepositoryBook): Promise<boolean> {
  const { estate, dice, journal } = world
  const filter = { fieldSelector: `spec.repository=${book.path}` }
  const object = dice.pick(await estate.clusters[0].listObjects('Repository', filter))
  if (!object) return false
  journal.note(`object ${object.metadata.name} of ${book.path} deleted by a person`)
  return estate.clusters[0].deleteObject(object)
}
