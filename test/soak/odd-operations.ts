import { createHash } from 'node:crypto'
import { RegistryPushClient } from '../../cli/embedded/registry/registry-push-client.ts'
import type { Digest } from '../../shared/domain/digest.ts'
import type { OddAnswer } from './faults.ts'
import { anyBook, crowded, pushVersion } from './push-operations.ts'
import type { RepositoryBook } from './registry-book.ts'
import { tell } from './registry-people.ts'
import { personHeaders } from './soak-registry.ts'
import { trackTag } from './tracking.ts'
import { isBeforeGrants } from './versions.ts'
import type { World } from './world.ts'

const mostOdd = 3

/** Harbor takes no push of what it does not know, and tells by its own API what a plain registry is asked one by one. */
const canBeOdd = (world: World): boolean => !isBeforeGrants(world) && world.estate.registry.kind === 'plain'

/** Something of a repository is answered oddly from now on. The code before cannot live with that, nor is it asked to. */
export function answerOddly(world: World): boolean {
  if (!canBeOdd(world)) return false
  const book = anyBook(world)
  const odd = anyOdd(world, book)
  return odd !== undefined && beOdd(world, book, odd)
}

/** A push of which the registry then hands out what nobody understands, before anything was read of it. */
export async function pushUnreadable(world: World): Promise<boolean> {
  if (!canBeOdd(world)) return false
  const book = anyBook(world)
  const before = new Set(book.manifests.keys())
  if (!(await pushVersion(world, book))) return false
  const fresh = [...book.manifests.keys()].filter(digest => !before.has(digest))
  const name = world.dice.pick(fresh)
  return name === undefined || beOdd(world, book, anyOddManifest(world, name))
}

function beOdd(world: World, book: RepositoryBook, answer: OddAnswer): boolean {
  const { dice, faults, figures, journal } = world
  const before = faults.odd.get(book.path) ?? []
  if (!canBeOdd(world) || before.length >= mostOdd) return false
  const odd = { ...answer, isLasting: dice.chance(20) }
  faults.odd.set(book.path, [...before, odd])
  figures['odd answers'] += 1
  journal.note(`odd ${book.path}: ${odd.isLasting ? 'lasting ' : ''}${Object.values(answer).join(' ')}`)
  return true
}

const anyOddManifest = ({ dice }: World, name: Digest): OddAnswer => ({
  of: 'manifest',
  name,
  answer: dice.pick(['type', 'type', 'nulls', 'page', 406] as const) ?? 'type',
})

function anyOdd(world: World, book: RepositoryBook): OddAnswer | undefined {
  const { dice } = world
  const tag = dice.pick([...book.tags.keys()])
  const digest = dice.pick([...book.manifests.keys()])
  if (tag === undefined || digest === undefined) return undefined
  const answer = dice.pick(['json', 403, 500] as const) ?? 'json'
  return {
    tag: () =>
      ({ of: 'tag', name: tag, answer: dice.pick(['sha512', 'page', 400, 406, 500] as const) ?? 400 }) as const,
    manifest: () => anyOddManifest(world, digest),
    list: () => ({ of: 'list', answer: dice.pick(['names', 'twice', 'moved'] as const) ?? 'twice' }) as const,
    head: () => ({ of: 'head', answer: 405 }) as const,
    referrers: () => ({ of: 'referrers', answer }) as const,
    config: () => ({ of: 'config', answer }) as const,
  }[dice.weighted({ tag: 40, manifest: 15, list: 20, head: 5, referrers: 10, config: 10 })]()
}

const oddMediaType = 'application/vnd.example.recipe.v1+json'

/** A manifest of a kind that nobody here knows, which names another image: that stays as long as it does. */
export async function pushOddKind(world: World): Promise<boolean> {
  const { dice, estate, journal } = world
  const book = anyBook(world)
  if (!canBeOdd(world) || book.manifests.size > crowded) return false
  const named = dice.pick([...book.manifests.keys()])
  const parts = named === undefined ? [] : [named]
  const text = JSON.stringify({ mediaType: oddMediaType, made: `${book.path} ${journal.operation}`, parts })
  const bytes = new TextEncoder().encode(text)
  const digest: Digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
  const tag = `recipe-${1 + dice.below(3)}`
  await new RegistryPushClient(estate.registry.url, book.path, personHeaders).pushManifest(tag, oddMediaType, bytes)
  const presentSinceMs = estate.clock.nowMs()
  const manifest = { digest, mediaType: oddMediaType, sizeBytes: bytes.byteLength, children: parts, presentSinceMs }
  book.put({ ...manifest, isOdd: true }, tag)
  journal.note(`push ${book.path}:${tag} ${digest} of an unknown kind, which names ${parts.join(' ')}`)
  if (dice.chance(80)) trackTag(world, book, tag)
  await tell(world, book, { action: 'push', digest, mediaType: oddMediaType, tag })
  return true
}
