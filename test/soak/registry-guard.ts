import { type Digest, isDigest } from '../../shared/domain/digest.ts'
import type { Store } from '../../shared/ports/store.ts'
import { checkDigestDeletion, checkTagDeletion } from './check-deletion.ts'
import { createDice } from './dice.ts'

import { bookOf } from './model.ts'
import { askedOf, oddAnswer } from './odd-answers.ts'
import type { RepositoryBook } from './registry-book.ts'
import type { Guard } from './soak-registry.ts'
import { ViolationError } from './violation.ts'
import type { World } from './world.ts'

const unavailable = () => new Response(null, { status: 503 })

/**
 * Stands in front of the registry: plays its outages, and looks at every delete before it happens. A refused one is
 * answered with 500, so that the evidence stays; `onViolation` ends the round.
 */
export function createGuard(world: World, onViolation: (error: ViolationError) => void): Guard {
  const flakes = createDice(`flakes ${world.dice.below(1e9)}`)
  return async request => {
    if (isOut(world, () => flakes.chance(10))) {
      for (const { host } of world.books) world.pipeline.hosts.sawTrouble(host)
      return unavailable()
    }
    const asked = askedOf(request)
    const { path, kind, reference } = asked
    const book = bookOf(world, path)
    if (!book) return undefined
    if (kind === 'tags' && world.faults.shortLists.has(path)) return shortList(book, world)
    if (request.method !== 'DELETE' || kind === 'blobs') return oddAnswer(world, book, asked)
    try {
      await (isDigest(reference) ? digestDeleted(world, book, reference) : tagDeleted(world, book, reference))
      return undefined
    } catch (error) {
      if (!(error instanceof ViolationError)) throw error
      onViolation(error)
      return new Response(null, { status: 500 })
    }
  }
}

function isOut({ faults }: World, flakes: () => boolean): boolean {
  faults.registryFailsAfter -= 1
  if (faults.registryFailsAfter < 0) faults.registry = 'down'
  return faults.registry === 'down' || (faults.registry === 'flaky' && flakes())
}

/** Leaves out only what the product knows as it is: of what it never saw, no list on earth could tell it. */
async function shortList(book: RepositoryBook, { estate: { store } }: World): Promise<Response> {
  const tags = [...book.tags.keys()].sort()
  const known = await Promise.all(tags.map(tag => isKnownAsItIs(book, tag, store)))
  const listed = tags.filter((tag, at) => !known[at] || (tag.codePointAt(tag.length - 1) ?? 0) % 2 === 0)
  return Response.json({ name: book.path, tags: listed })
}

async function isKnownAsItIs(book: RepositoryBook, tag: string, store: Store): Promise<boolean> {
  const record = await store.findTag(book.id, tag)
  return record !== undefined && record.goneAt === undefined && record.digest === book.tags.get(tag)
}

async function digestDeleted(world: World, book: RepositoryBook, digest: Digest): Promise<void> {
  if (!book.manifests.has(digest)) {
    book.foundGone.add(digest)
    return
  }
  const along = world.estate.registry.takesAlong(book.path, digest)
  if (along === undefined) return
  await checkDigestDeletion(world, book, digest)
  world.journal.note(`sweep deletes ${book.path}@${digest}`)
  sweptAway(world, book, digest)
  const known = await world.pipeline.knownDigests(book)
  for (const one of along) {
    world.journal.note(`${book.path}@${one} goes along`)
    // Nobody can spare, or tell of, what came after the look.
    if (!known.has(one)) book.removeManifest(one)
    else {
      await checkDigestDeletion(world, book, one)
      sweptAway(world, book, one)
    }
  }
}

function sweptAway(world: World, book: RepositoryBook, digest: Digest): void {
  world.figures['images deleted'] += 1
  world.figures['tags deleted'] += book.tagsOf(digest).length
  const manifest = book.removeManifest(digest)
  if (manifest) book.swept.set(digest, manifest)
}

async function tagDeleted(world: World, book: RepositoryBook, tag: string): Promise<void> {
  const digest = book.tags.get(tag)
  if (digest === undefined) return
  await checkTagDeletion(world, book, tag, digest)
  world.journal.note(`sweep deletes tag ${book.path}:${tag} of ${digest}`)
  world.figures['tags deleted'] += 1
  book.removeTag(tag)
  if (book.tagsOf(digest).length === 0) book.bared.add(digest)
}
