import type { Digest } from '../../shared/domain/digest.ts'
import { personHeaders } from './estate.ts'
import { pullByCrane, pullImage } from './pull-image.ts'
import type { BookedManifest, RepositoryBook } from './registry-book.ts'
import { restoreImage } from './restore-image.ts'
import { ViolationError } from './violation.ts'
import type { World } from './world.ts'

/** Somebody wants an image back that a sweep deleted. What the registry then holds must be whole. */
export async function restoreSomething(world: World): Promise<boolean> {
  const { dice, books, pipeline, estate, faults, figures, journal } = world
  const choices = books.flatMap(book => [...book.swept.keys()].map(digest => ({ book, digest })))
  const choice = dice.pick(choices)
  if (!choice || faults.registry !== 'up') return false
  const { book, digest } = choice
  if (pipeline.messages.isBusy(book.path, estate.clock.nowMs())) return false
  journal.note(`restore ${book.path}@${digest}`)
  const swept = new Map(book.swept)
  const problem = await restoreImage(estate, book.path, digest)
  await refresh(world, book, swept)
  if (problem !== undefined) return refused(world, book, digest, swept, problem)
  figures.restores += 1
  if (!book.manifests.has(digest))
    throw new ViolationError({
      what: `restore of ${book.id}@${digest} did not bring it back`,
      repository: book.id,
      digest,
    })
  for (const restored of swept.keys()) if (book.isWhole(restored)) await checkPull(world, book, restored)
  await pipeline.syncWhole(book)
  return true
}

/** Only what garbage collection took, or what a person deleted from under an index, cannot come back. */
function refused(
  { figures, journal }: World,
  book: RepositoryBook,
  digest: Digest,
  swept: ReadonlyMap<Digest, BookedManifest>,
  problem: string,
): boolean {
  figures['restores refused'] += 1
  journal.note(`restore of ${digest} refused: ${problem}`)
  if (book.collected || !canBeWhole(book, digest, swept)) return true
  throw new ViolationError({ what: `restore of ${book.id}@${digest} failed: ${problem}`, repository: book.id, digest })
}

/** True when everything below it is there or was deleted by sweeps. */
function canBeWhole(book: RepositoryBook, digest: Digest, swept: ReadonlyMap<Digest, BookedManifest>): boolean {
  const manifest = book.manifests.get(digest) ?? swept.get(digest)
  return manifest?.children.every(child => canBeWhole(book, child, swept)) ?? false
}

async function checkPull(world: World, book: RepositoryBook, digest: Digest): Promise<void> {
  try {
    await pullImage(world.estate, book.path, digest)
    if (world.crane !== undefined) await pullByCrane(world.crane, world.estate, book.path, digest)
    world.figures['images pulled'] += 1
  } catch (cause) {
    const what = `restored ${book.id}@${digest} cannot be pulled: ${cause instanceof Error ? cause.message : cause}`
    throw new ViolationError({ what, repository: book.id, digest }, { cause })
  }
}

/** The registry tells what a restore brought back. */
async function refresh(world: World, book: RepositoryBook, swept: ReadonlyMap<Digest, BookedManifest>): Promise<void> {
  const { registry, clock, store } = world.estate
  const head = (reference: string) =>
    fetch(`${registry.url}/v2/${book.path}/manifests/${reference}`, { method: 'HEAD', headers: personHeaders })
  for (const manifest of swept.values()) {
    if ((await head(manifest.digest)).status !== 200) continue
    const record = await store.findImage(book.id, manifest.digest)
    const isNews = record === undefined || record.goneAt !== undefined
    book.put({ ...manifest, presentSinceMs: isNews ? clock.nowMs() : manifest.presentSinceMs })
  }
  const list = await fetch(`${registry.url}/v2/${book.path}/tags/list`, { headers: personHeaders })
  const { tags } = (await list.json()) as { tags: string[] }
  for (const tag of tags.filter(name => !book.tags.has(name)))
    book.putTag(tag, (await head(tag)).headers.get('docker-content-digest') as Digest)
}

/** After it, what was deleted before cannot be restored for certain. */
export async function collectGarbage({ estate, books, journal }: World): Promise<boolean> {
  journal.note('garbage collected')
  await estate.registry.collectGarbage()
  for (const book of books) book.collected = true
  return true
}
