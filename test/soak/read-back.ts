import type { Digest } from '../../shared/domain/digest.ts'
import type { RestoredItem } from '../../shared/restore/restore-outcome.ts'
import type { BookedManifest, RepositoryBook } from './registry-book.ts'
import { tell } from './registry-people.ts'
import { personHeaders } from './soak-registry.ts'
import { ViolationError } from './violation.ts'
import type { World } from './world.ts'

/**
 * Writes into the book what a restore put into the registry, by the registry's own word; its webhook tells of it too.
 * One that was broken off may have put anything there that was ever put by.
 */
export async function readBack(
  world: World,
  book: RepositoryBook,
  things: readonly RestoredItem[] | undefined,
): Promise<void> {
  const recorded = new Set(things?.filter(one => one.kind === 'manifest' && one.outcome === 'restored').map(nameOf))
  const isPossible = (digest: Digest) => (things ? recorded : world.estate.archive.entries).has(digest)
  for (const manifest of [...book.former.values()].filter(one => isPossible(one.digest))) {
    const { digest, mediaType } = manifest
    if (!(await digestOf(world, book, digest))) continue
    book.put({ ...manifest, presentSinceMs: await presentSince(world, book, manifest, recorded.has(digest)) })
    book.restored.add(digest)
    await tell(world, book, { action: 'push', digest, mediaType })
  }
  for (const tag of await listTags(world, book)) {
    const digest = await digestOf(world, book, tag)
    const before = book.tags.get(tag)
    if (digest === undefined || digest === before) continue
    if (before) throw new ViolationError({ what: `restore moved ${book.id}:${tag} from ${before}`, digest: before })
    book.putTag(tag, digest)
    const mediaType = book.manifests.get(digest)?.mediaType ?? ''
    await tell(world, book, { action: 'push', digest, mediaType, tag })
  }
}

const nameOf = ({ name }: RestoredItem): string => name

/** A restore that came to its end counts as a push; one that did not, only where the image was known to be gone. */
async function presentSince(
  { estate }: World,
  book: RepositoryBook,
  { digest, presentSinceMs }: BookedManifest,
  isRecorded: boolean,
): Promise<number> {
  const record = await estate.store.findImage(book.id, digest)
  const isNews = estate.registry.tellsPushes || isRecorded || record === undefined || record.goneAt !== undefined
  return isNews ? estate.clock.nowMs() : presentSinceMs
}

async function listTags({ estate: { registry } }: World, { path }: RepositoryBook): Promise<readonly string[]> {
  const response = await fetch(`${registry.url}/v2/${path}/tags/list`, { headers: personHeaders })
  return ((await response.json()) as { tags?: string[] }).tags ?? []
}

async function digestOf(
  { estate: { registry } }: World,
  { path }: RepositoryBook,
  reference: string,
): Promise<Digest | undefined> {
  const url = `${registry.url}/v2/${path}/manifests/${reference}`
  const { status, headers } = await fetch(url, { method: 'HEAD', headers: personHeaders })
  return status === 200 ? (headers.get('docker-content-digest') as Digest) : undefined
}
