import type { Digest } from '../../shared/domain/digest.ts'
import { isBack, type RestoredItem } from '../../shared/restore/restore-outcome.ts'
import { pullByCrane, pullImage } from './pull-image.ts'
import type { BookedManifest, RepositoryBook } from './registry-book.ts'
import { ViolationError } from './violation.ts'
import type { World } from './world.ts'

/** @throws ViolationError when what a restore says that it put back is not there whole, or is not recorded as there */
export async function checkRestored(
  world: World,
  book: RepositoryBook,
  swept: ReadonlyMap<Digest, BookedManifest>,
  things: readonly RestoredItem[],
): Promise<void> {
  for (const thing of things.filter(isBack)) {
    const problem = problemOf(world, book, thing) ?? (await problemOfRecord(world, book, thing))
    if (problem !== undefined) refuse(book, thing.digest, problem)
  }
  checkReferrers(world, book, swept, things)
  for (const digest of swept.keys()) if (book.isWhole(digest)) await checkPull(world, book, digest)
}

function refuse(book: RepositoryBook, digest: Digest, what: string, cause?: unknown): never {
  throw new ViolationError({ what: `restore in ${book.id}: ${what}`, repository: book.id, digest }, { cause })
}

function problemOf({ estate }: World, book: RepositoryBook, { kind, name, digest }: RestoredItem) {
  if (kind === 'manifest' && !book.manifests.has(digest)) return `${digest} did not come back`
  if (kind === 'tag' && book.tags.get(name) !== digest) return `tag ${name} of ${digest} is on ${book.tags.get(name)}`
  const [cluster, namespace, object = ''] = name.split('/')
  const isThere = estate.clusters.some(one => one.name === cluster && one.get('Repository', object, namespace))
  return kind === 'object' && !isThere ? `the object ${name} of ${digest} did not come back` : undefined
}

async function problemOfRecord({ estate: { store } }: World, book: RepositoryBook, thing: RestoredItem) {
  const { kind, name, digest, outcome } = thing
  if (kind === 'object' || outcome !== 'restored') return undefined
  const record = await (kind === 'tag' ? store.findTag(book.id, name) : store.findImage(book.id, digest))
  if (record === undefined || record.goneAt !== undefined) return `${kind} ${name} is back, and the store denies it`
  return 'mark' in record || 'deletion' in record ? `${digest} is back, and still about to be deleted` : undefined
}

/** What was deleted with its subject, as the archive has it, comes back with it; or is told to have failed in an outage. */
function checkReferrers(
  { estate, faults }: World,
  book: RepositoryBook,
  swept: ReadonlyMap<Digest, BookedManifest>,
  things: readonly RestoredItem[],
): void {
  const back = things.filter(thing => thing.kind === 'manifest' && thing.outcome === 'restored')
  const failed = things.filter(thing => faults.registry !== 'up' && thing.outcome === 'failed')
  for (const { digest } of back)
    for (const referrer of (estate.archive.entries.get(digest)?.graph.referrers ?? []) as Digest[]) {
      const isLeft = swept.has(referrer) && !book.manifests.has(referrer) && !book.collected.has(referrer)
      if (failed.some(one => one.digest === referrer)) continue
      if (isLeft && swept.get(referrer)?.children.every(child => book.manifests.has(child)))
        refuse(book, referrer, `${referrer}, which was deleted with ${digest}, did not come back with it`)
    }
}

async function checkPull(world: World, book: RepositoryBook, digest: Digest): Promise<void> {
  try {
    await pullImage(world.estate, book.path, digest)
    if (world.crane !== undefined) await pullByCrane(world.crane, world.estate, book.path, digest)
    world.figures['images pulled'] += 1
  } catch (cause) {
    refuse(book, digest, `${digest} cannot be pulled: ${cause instanceof Error ? cause.message : cause}`, cause)
  }
}
