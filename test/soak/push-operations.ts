import type { Digest } from '../../shared/domain/digest.ts'
import { referrersTag } from '../../shared/domain/retention/versions/tag-kind.ts'
import type { Dice } from './dice.ts'
import type { BookedManifest, RepositoryBook } from './registry-book.ts'
import { deleteDigest, deleteTag, descriptorOf, push, pushTag } from './registry-people.ts'
import { trackTag } from './tracking.ts'
import type { World } from './world.ts'

/** Above this a repository is tidied up by hand, so that one that no policy covers does not grow for ever. */
export const crowded = 30

export const anyBook = ({ dice, books }: World): RepositoryBook => dice.pick(books) as RepositoryBook

const anyManifest = (dice: Dice, book: RepositoryBook, isFit: (one: BookedManifest) => boolean = () => true) =>
  dice.pick([...book.manifests.values()].filter(isFit))

const seedOf = ({ journal }: World, book: RepositoryBook): string => `${book.path} ${journal.operation}`

/** The next version of a repository: mostly a patch. Some have candidates and variants. */
function nextVersion({ dice }: World, book: RepositoryBook): string {
  const numbers = [...book.tags.keys()].flatMap(tag => {
    const match = /^v(\d+)\.(\d+)\.(\d+)/.exec(tag)
    return match ? [match.slice(1).map(Number) as [number, number, number]] : []
  })
  const [major, minor, patch] = numbers.sort((a, b) => b[0] - a[0] || b[1] - a[1] || b[2] - a[2])[0] ?? [0, 0, 0]
  const next = dice.weighted({ patch: 70, minor: 20, major: 5, same: 5 })
  const version = {
    patch: `v${major}.${minor}.${patch + 1}`,
    minor: `v${major}.${minor + 1}.0`,
    major: `v${major + 1}.0.0`,
    same: `v${major}.${minor}.${patch}`,
  }[next]
  return `${version}${dice.weighted({ '': 70, '-rc.1': 6, '-rc.2': 6, '-alpine': 12, '-slim': 6 })}`
}

const otherTags = [
  'web-v1.0.0',
  'web-v1.0.1',
  'web-v1.1.0',
  'build-1',
  'build-2',
  'build-3',
  'keep-me',
  'keep-this',
  'feature-x',
  'feature-y',
  'nightly-build',
  '20240108',
  'deadbee1',
]

export async function pushVersion(world: World, book = anyBook(world)): Promise<boolean> {
  if (book.manifests.size > crowded) return removeSomething(world, book)
  const tag = world.dice.chance(85) ? nextVersion(world, book) : (world.dice.pick(otherTags) ?? 'x')
  const platforms = world.dice.chance(20) ? ['linux/amd64', 'linux/arm64'] : ['linux/amd64']
  const digest = await push(world, book, { tag, seed: seedOf(world, book), platforms })
  if (world.dice.chance(80)) trackTag(world, book, tag)
  if (world.dice.chance(25)) await pushTag(world, book, 'latest', digest)
  return true
}

/** Builds that no event tells of: a sync finds them together, and nobody knows in which order they were pushed. */
export async function pushUnheard(world: World): Promise<boolean> {
  const { dice } = world
  const book = anyBook(world)
  if (book.manifests.size > crowded) return false
  const stem = dice.pick(['build-', 'main-', '2024010']) ?? ''
  for (const at of [1, 2, 3, 4].filter(() => dice.chance(70))) {
    const tag = `${stem}${at}`
    await push(world, book, { tag, seed: `${seedOf(world, book)} ${at}` }, { isHeard: false })
    if (dice.chance(80)) trackTag(world, book, tag)
  }
  return true
}

/** Indexes that share children, which may be there, or be gone, or carry a tag of their own. */
export async function pushSharedIndex(world: World): Promise<boolean> {
  const book = anyBook(world)
  if (book.manifests.size > crowded) return false
  const tag = nextVersion(world, book)
  const annotations = { 'org.example.build': String(world.journal.operation) }
  // The same content for the same platforms: only the index is new.
  const platforms = ['linux/amd64', 'linux/arm64', ...(world.dice.chance(30) ? ['linux/s390x'] : [])]
  const seed = `${book.path} shared ${world.dice.below(4)}`
  await push(world, book, { tag, seed, platforms, annotations })
  if (world.dice.chance(80)) trackTag(world, book, tag)
  return true
}

/** A signature in a cosign tag, or a referrer by its subject, of an image, of an index or of another referrer. */
export async function pushAbout(world: World): Promise<boolean> {
  const { dice } = world
  const book = anyBook(world)
  const subject = anyManifest(dice, book)
  if (!subject || book.manifests.size > crowded) return false
  const seed = seedOf(world, book)
  const tag = `${referrersTag(subject.digest)}.${dice.pick(['sig', 'att', 'sbom'])}`
  if (dice.chance(50)) await push(world, book, { tag, seed })
  else await push(world, book, { seed, artifactType: 'application/vnd.example.sbom', subject: descriptorOf(subject) })
  return true
}

/** By digest alone: nobody lists it, only its event tells of it. */
export async function pushUntagged(world: World): Promise<boolean> {
  const book = anyBook(world)
  if (book.manifests.size > crowded) return false
  await push(world, book, { seed: seedOf(world, book) })
  return true
}

/** A tag comes to point at something else that is there: a promotion, a step back, a mistake. */
export async function retag(world: World): Promise<boolean> {
  const { dice } = world
  const book = anyBook(world)
  const target = anyManifest(dice, book, one => book.isWhole(one.digest))
  const tags = [...book.tags.keys()].filter(tag => !tag.startsWith('sha256-'))
  const tag = dice.chance(60) ? dice.pick(tags) : dice.pick(['latest', 'stable', 'keep-me', nextVersion(world, book)])
  if (!target || tag === undefined) return false
  await pushTag(world, book, tag, target.digest)
  if (dice.chance(50)) trackTag(world, book, tag)
  return true
}

/** The very bytes that a sweep or a person removed, pushed again by a build. */
export async function pushAgain(world: World): Promise<boolean> {
  const { dice } = world
  const book = anyBook(world)
  const tag = `v0.0.${1 + dice.below(3)}`
  await push(world, book, { tag, seed: `${book.path} again ${dice.below(3)}` })
  trackTag(world, book, tag)
  return true
}

export const removeByHand = (world: World): Promise<boolean> => removeSomething(world, anyBook(world))

async function removeSomething(world: World, book: RepositoryBook): Promise<boolean> {
  const { dice } = world
  const tag = dice.pick([...book.tags.keys()])
  const digest: Digest | undefined = anyManifest(dice, book)?.digest
  if (dice.chance(50) && tag !== undefined) return deleteTag(world, book, tag)
  return digest !== undefined && deleteDigest(world, book, digest)
}
