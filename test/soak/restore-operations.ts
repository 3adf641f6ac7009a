import type { Digest } from '../../shared/domain/digest.ts'
import { isBack, type RestoredItem } from '../../shared/restore/restore-outcome.ts'
import { checkRestored } from './check-restored.ts'
import { isStalling } from './model.ts'
import { anyKill } from './process-life.ts'
import { readBack } from './read-back.ts'
import type { BookedManifest, RepositoryBook } from './registry-book.ts'
import { restoreImage } from './restore-image.ts'
import { ViolationError } from './violation.ts'
import type { World } from './world.ts'

/** Tries of which any may be killed, and after those as many that nothing disturbs. */
const disturbedTries = 3

/** Somebody wants an image back that a sweep deleted, and asks again when the command dies, or gives up. */
export async function restoreSomething(world: World): Promise<boolean> {
  const { dice, books, faults, pipeline, estate, figures, journal } = world
  // What a person cannot read then is told, and asked for again once it can be read.
  const isPlain = (book: RepositoryBook) =>
    !faults.odd.get(book.path)?.length && (!isStalling(book) || faults.stallsAfter === Number.POSITIVE_INFINITY)
  const choice = dice.pick(
    books.filter(isPlain).flatMap(book => [...book.swept.keys()].map(digest => ({ book, digest }))),
  )
  if (!choice) return false
  const { book, digest } = choice
  const swept = new Map(book.swept)
  for (let tried = 0; tried < 2 * disturbedTries; tried++) {
    journal.note(`restore ${book.path}@${digest}`)
    if (tried < disturbedTries) pipeline.killAfter = anyKill(world, 40)
    const things = await restoreImage(world, book, digest)
    await readBack(world, book, things)
    if (things) return ended(world, book, digest, swept, things)
    figures['restores broken off'] += 1
    if (dice.chance(30)) return true
    estate.clock.pass(60)
  }
  throw new ViolationError({ what: `restore of ${book.id}@${digest} never ended`, repository: book.id, digest })
}

async function ended(
  world: World,
  book: RepositoryBook,
  digest: Digest,
  swept: ReadonlyMap<Digest, BookedManifest>,
  things: readonly RestoredItem[],
): Promise<boolean> {
  const { figures, journal, faults, pipeline } = world
  const root = things.find(thing => thing.kind === 'manifest' && thing.digest === digest)
  for (const { kind, name, outcome, reason } of things) journal.note(`restore: ${kind} ${name} ${outcome}: ${reason}`)
  if (root && isBack(root)) {
    figures.restores += 1
    await checkRestored(world, book, swept, things)
    await pipeline.syncWhole(book)
    return true
  }
  figures['restores refused'] += 1
  // Only what garbage collection took, or what a person deleted from under an index, cannot come back.
  if (faults.registry !== 'up' || !canBeWhole(book, digest, swept)) return true
  const what = `restore of ${book.id}@${digest} failed: ${root?.reason ?? 'nothing was said of it'}`
  throw new ViolationError({ what, repository: book.id, digest })
}

/** True when everything below it is there or was deleted by sweeps, and its blobs with it are still there. */
function canBeWhole(book: RepositoryBook, digest: Digest, swept: ReadonlyMap<Digest, BookedManifest>): boolean {
  const manifest = book.manifests.get(digest) ?? (book.collected.has(digest) ? undefined : swept.get(digest))
  return manifest?.children.every(child => canBeWhole(book, child, swept)) ?? false
}

/** After it, what was deleted before it cannot be restored for certain. */
export async function collectGarbage({ estate, books, journal }: World): Promise<boolean> {
  journal.note('garbage collected')
  await estate.registry.collectGarbage()
  for (const book of books) for (const digest of book.former.keys()) book.collected.add(digest)
  return true
}
