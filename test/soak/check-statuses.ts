import type { Digest } from '../../shared/domain/digest.ts'
import type { SyncRecord } from '../../shared/domain/records/syncs.ts'
import type { Condition, CustomObject } from '../../shared/ports/cluster.ts'
import type { RepositoryBook } from './registry-book.ts'
import { credentialOfNeighbour } from './tenant-operations.ts'
import { hasStanding, mayDelete } from './tenants.ts'
import { isTracked } from './tracking.ts'
import { isBeforeGrants } from './versions.ts'
import { ViolationError } from './violation.ts'
import type { World } from './world.ts'

/**
 * No status is untrue. One that is synced shows what its tag pointed at after it had asked, and at rest what it points at
 * now, and that could be read; one of whoever reads with the installation's credential shows what that read, since no
 * other makes it fail; and at rest everybody who was read for has an answer.
 * @throws ViolationError
 */
export async function checkStatuses(world: World, { isAtRest = false } = {}): Promise<void> {
  const syncs = new Map<string, SyncRecord | undefined>()
  for (const object of await world.estate.clusters[0].listObjects('Repository')) {
    const { repository: path } = object.spec as { repository: string }
    const book = world.books.find(one => one.path === path)
    const synced = syncedOf(object)
    if (!book || !synced) continue
    if (isAtRest && synced.status === 'Unknown' && isRead(world, object, book))
      refuse(object, book, `is ${synced.reason} (${synced.message}), and nothing more happens`)
    if (synced.status === 'True') checkRead(world, object, book, isAtRest)
    if (!hasStanding(object.metadata.namespace, path)) continue
    if (!syncs.has(path)) syncs.set(path, await installationSync(world, book))
    const sync = syncs.get(path)
    if (synced.status === 'False') await checkFailure(world, object, { book, synced, sync, isAtRest })
  }
}

function checkRead(world: World, object: CustomObject, book: RepositoryBook, isAtRest: boolean): void {
  const { pipeline } = world
  const { answeredSync } = object.status as { answeredSync?: string }
  // What a version before told of its objects asked for nothing.
  if (!isBeforeGrants(world) && !pipeline.asks.isAnswerable(answeredSync ?? ''))
    refuse(object, book, `is synced, and no sync was made for what it asked (${answeredSync})`)
  const { tag } = object.spec as { tag?: string }
  if (tag === undefined) return
  const { digest } = object.status as { digest: Digest }
  const isOfInstallation = hasStanding(object.metadata.namespace, book.path)
  if (isOfInstallation && book.unreadTags.has(tag) && book.tags.has(tag))
    refuse(object, book, `is synced with ${digest}, and ${tag} cannot be read`)
  if (book.manifests.get(digest)?.isOdd || book.unread.has(digest))
    refuse(object, book, `is synced with ${digest}, which nobody was ever able to read`)
  if (!book.hasHeld(tag, digest, pipeline.asks.movesAt(object)))
    refuse(object, book, `is synced with ${digest}, which ${tag} left before it asked`)
  if (isAtRest && book.tags.get(tag) !== digest)
    refuse(object, book, `is synced with ${digest}, and ${tag} points at ${book.tags.get(tag)}`)
}

/** A registry that the soak plays is read for it. */
const isRead = (world: World, object: CustomObject, book: RepositoryBook): boolean =>
  mayDelete(object.metadata.namespace) ? isTracked(book) : credentialOfNeighbour(world, object) !== undefined

interface Failure {
  readonly book: RepositoryBook
  readonly synced: Condition
  readonly sync: SyncRecord | undefined
  readonly isAtRest: boolean
}

async function checkFailure(world: World, object: CustomObject, failure: Failure): Promise<void> {
  const { book, synced, sync } = failure
  if (!sync?.lastOutcome?.succeeded) return
  const { tag } = object.spec as { tag?: string }
  if (tag === undefined || !(await isOfTag(world, tag, failure)))
    refuse(object, book, `shows ${synced.reason} (${synced.message}), and its own credential read ${book.id}`)
}

/** The sync that succeeded did not find the tag, or could not read it. */
async function isOfTag(
  { estate: { store } }: World,
  tag: string,
  { book, synced, sync, isAtRest }: Failure,
): Promise<boolean> {
  const record = await store.findTag(book.id, tag)
  if (synced.reason === 'UnsupportedManifest' && isOdd(book, tag, isAtRest ? undefined : record?.digest)) return true
  const isFailing = (await store.listUnreadTags(book.id)).some(one => one.tag === tag && one.isFailure)
  if (synced.reason === 'RegistryUnavailable' && isFailing && !isAtRest) return true
  return record === undefined || record.goneAt !== undefined || sync?.denied?.includes(tag) === true
}

/**
 * Of a kind that nobody knows; or, where it is `recorded` on something, before all is at rest, that was so, or was
 * answered as if it were.
 */
function isOdd(book: RepositoryBook, tag: string, recorded: Digest | undefined): boolean {
  const isOfOddKind = (digest: Digest | undefined) =>
    digest !== undefined && (book.manifests.get(digest) ?? book.former.get(digest))?.isOdd === true
  const now = book.tags.get(tag)
  if (recorded === undefined) return isOfOddKind(now)
  return (
    [now, recorded].some(isOfOddKind) || [tag, now, recorded].some(one => one !== undefined && book.everOdd.has(one))
  )
}

const installationSync = async ({ estate }: World, { id }: RepositoryBook): Promise<SyncRecord | undefined> =>
  (await estate.store.listSyncs(id)).find(one => one.credential === 'installation')

function refuse({ metadata: { namespace, name } }: CustomObject, { id }: RepositoryBook, what: string): never {
  throw new ViolationError({ what: `Repository ${namespace}/${name} ${what}`, repository: id })
}

const syncedOf = ({ status }: CustomObject): Condition | undefined =>
  (status.conditions as Condition[] | undefined)?.find(one => one.type === 'Synced')
