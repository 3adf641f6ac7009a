import type { Digest } from '../../shared/domain/digest.ts'
import { oddListOf, oddTagOf } from './faults.ts'
import type { BookedManifest, RepositoryBook } from './registry-book.ts'
import type { World } from './world.ts'

/** What must stay since something of the repository cannot be read, to the letter of retention 5. */
export interface Doubt {
  readonly named: ReadonlyMap<Digest, string>
  /** Why every untagged image stays. */
  readonly untagged?: string | undefined
  /** Why everything does. */
  readonly all?: string | undefined
}

export const noDoubt: Doubt = { named: new Map() }

const dayMs = 86_400_000

/** The repository as somebody can know it to whom it answers as it does, and what that leaves open. */
export async function seenWithDoubt(
  world: World,
  book: RepositoryBook,
  isVisible: (digest: Digest) => boolean,
): Promise<{ readonly seen: RepositoryBook; readonly doubt: Doubt }> {
  const { manifests, named, mayBeNamed } = seenManifests(book, isVisible)
  let untagged = hasOddNames(world, book) ? 'the list has names that are none of tags' : mayBeNamed
  const tags = await seenTags(world, book)
  for (const { tag, last, names } of tags.odd) {
    if (last) named.set(last, `the tag ${tag}, which cannot be read, was on it`)
    for (const one of names ?? []) named.set(one, `the tag ${tag}, which cannot be read, names it`)
    if (names === undefined) untagged ??= `the tag ${tag}, which cannot be read, may point at it`
  }
  const seen: RepositoryBook = Object.create(book, { manifests: { value: manifests }, tags: { value: tags.seen } })
  return { seen, doubt: { named, untagged, all: await failedLately(world, book) } }
}

/** Of a manifest that cannot be read nobody knows more than what its bytes name, where it has any. */
function seenManifests(book: RepositoryBook, isVisible: (digest: Digest) => boolean) {
  const named = new Map<Digest, string>()
  const manifests = new Map(book.manifests)
  let mayBeNamed: string | undefined
  for (const manifest of book.manifests.values()) {
    const { digest, isOdd } = manifest
    // Of what lost its tag before anybody read it no registry tells.
    if (!(isOdd || book.unread.has(digest)) || !isVisible(digest)) continue
    named.set(digest, 'its manifest cannot be read')
    const children = isOdd ? manifest.children : book.unread.get(digest)
    for (const one of children ?? []) if (!named.has(one)) named.set(one, `${digest}, which cannot be read, names it`)
    if (children === undefined) mayBeNamed ??= `${digest}, which cannot be read, may refer to it`
    manifests.set(digest, withoutKin(manifest, children))
  }
  return { manifests, named, mayBeNamed }
}

function withoutKin(manifest: BookedManifest, children: readonly Digest[] = []): BookedManifest {
  const { subject: _, ...rest } = manifest
  return { ...rest, children }
}

const hasOddNames = (world: World, book: RepositoryBook): boolean =>
  !world.faults.shortLists.has(book.path) && oddListOf(world, book)?.answer === 'names'

interface OddTag {
  readonly tag: string
  /** Where it was when it was read last. */
  readonly last: Digest | undefined
  readonly names: readonly Digest[] | undefined
}

/** A tag that cannot be read counts where it was last known to be. */
async function seenTags(world: World, book: RepositoryBook) {
  const seen = new Map(book.tags)
  const odd: OddTag[] = []
  for (const [tag, digest] of book.tags) {
    const answer = oddTagOf(world, book, tag)
    if (!answer) continue
    const record = await world.estate.store.findTag(book.id, tag)
    const last = record?.goneAt === undefined ? record?.digest : undefined
    if (last !== undefined && book.manifests.has(last)) seen.set(tag, last)
    else seen.delete(tag)
    const children = book.manifests.get(digest)?.children ?? []
    odd.push({ tag, last, names: answer.answer === 'sha512' ? [digest, ...children] : undefined })
  }
  return { seen, odd }
}

/** For a day after the registry failed to say where a tag is, nothing goes. */
async function failedLately(world: World, book: RepositoryBook): Promise<string | undefined> {
  const failing = [...book.tags.keys()].filter(tag => oddTagOf(world, book, tag)?.answer === 500)
  if (failing.length === 0) return undefined
  const unread = await world.estate.store.listUnreadTags(book.id)
  const late = failing.find(tag => {
    const since = unread.find(one => one.tag === tag)?.firstSeenAt
    return since === undefined || world.estate.clock.nowMs() - since.getTime() < dayMs
  })
  return late && `the registry fails to say where the tag ${late} is`
}
