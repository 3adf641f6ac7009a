import pMap from 'p-map'
import { amountText } from '../domain/amount-text.ts'
import type { Digest } from '../domain/digest.ts'
import { parseImageName } from '../domain/image-name.ts'
import type { TagRecord } from '../domain/records/images.ts'
import { canonicalParts, type Spelling } from '../domain/repository-id.ts'
import { InvalidInputError } from '../errors.ts'
import type { ManifestArchive } from '../ports/platform.ts'
import type { Store } from '../ports/store.ts'
import { listEveryImage } from '../records/every-record.ts'
import { isImageOfUser } from './read-tags.ts'
import type { RestoreTarget } from './restore-world.ts'
import { UnknownHereError } from './unknown-here.ts'

export interface FindDeletedDeps extends Spelling {
  readonly store: Store
  readonly archive: ManifestArchive
}

const lookupsAtOnce = 8

/**
 * The image that a person names by tag or digest.
 * @throws InvalidInputError that says what is known, where nothing of that name was ever deleted here, and where a tag
 * was on several deleted images and points at none of them now
 */
export async function findDeletedImage(text: string, deps: FindDeletedDeps): Promise<RestoreTarget> {
  const name = parseImageName(text)
  if (name.repository === undefined)
    throw new InvalidInputError(
      `expected an image with its registry and repository, such as HOST/PATH@${name.digest}, got ${text}`,
    )
  const { registry, path } = canonicalParts(name.host, name.path, deps)
  const repository = `${registry}/${path}`
  const target = { repository, registry, path }
  const { digest, tag } = name
  if (digest !== undefined) {
    await requireKnown(target, digest, deps)
    return { ...target, roots: [{ digest, ...(tag !== undefined && { tag }) }] }
  }
  const label = tag ?? 'latest'
  return { ...target, roots: [{ digest: await findTagged(target, label, deps), tag: label }] }
}

type Place = Omit<RestoreTarget, 'roots'>

async function requireKnown(place: Place, digest: Digest, { store, archive }: FindDeletedDeps): Promise<void> {
  const { repository, registry } = place
  const [record, archived] = await Promise.all([
    store.findImage(repository, digest),
    archive.findManifest(repository, digest),
  ])
  if (record === undefined && archived === undefined)
    throw new UnknownHereError(
      `${repository}@${digest}: expected an image that was deleted here, nothing is known of it`,
      { registry },
    )
}

/** What the tag meant last, if that was deleted here; else the one deleted image that had the tag. */
async function findTagged(place: Place, tag: string, deps: FindDeletedDeps): Promise<Digest> {
  const { repository } = place
  const record = await deps.store.findTag(repository, tag)
  if (record && (await deps.archive.findManifest(repository, record.digest))) return record.digest
  const candidates = await listDeletedWith(repository, tag, deps)
  const [only, ...others] = candidates
  const isFree =
    record === undefined ||
    (record.goneAt !== undefined && !(await isImageOfUser(record.digest, repository, deps.store)))
  if (only !== undefined && others.length === 0 && isFree) return only.digest
  if (candidates.length > 0) throw ambiguous(repository, tag, record, candidates)
  // Nothing of it was deleted: it stands, which is as good as restored.
  if (record && record.goneAt === undefined) return record.digest
  throw unknown(place, tag, record)
}

interface Candidate {
  readonly digest: Digest
  readonly deletedAt?: Date
}

/** Deleted images that had the tag when they were deleted, by what the archive says. */
async function listDeletedWith(
  repository: string,
  tag: string,
  { store, archive }: FindDeletedDeps,
): Promise<Candidate[]> {
  const gone = (await listEveryImage(repository, store)).filter(image => image.goneAt !== undefined)
  const archived = await pMap(gone, image => archive.findManifest(repository, image.digest), {
    concurrency: lookupsAtOnce,
  })
  return gone.flatMap(({ digest }, at) => {
    const graph = archived[at]?.graph
    return graph?.tags.includes(tag) ? [{ digest, ...(graph.deletedAt && { deletedAt: graph.deletedAt }) }] : []
  })
}

function ambiguous(
  repository: string,
  tag: string,
  record: TagRecord | undefined,
  candidates: readonly Candidate[],
): InvalidInputError {
  const points = record ? `, and it ${record.goneAt ? 'pointed last' : 'points now'} at ${record.digest}` : ''
  const commands = candidates
    .map(({ digest, deletedAt }) => {
      const when = deletedAt ? `  # deleted ${deletedAt.toISOString()}` : ''
      return `\n  shelflife restore ${repository}@${digest}${when}`
    })
    .join('')
  const images = amountText(candidates.length, 'deleted image')
  return new InvalidInputError(
    `${repository}:${tag}: expected a tag of one deleted image; ${images} had it${points}. Name the digest:${commands}`,
  )
}

function unknown({ repository, registry }: Place, tag: string, record: TagRecord | undefined): UnknownHereError {
  const name = `${repository}:${tag}`
  if (record === undefined)
    return new UnknownHereError(
      `${name}: expected a tag that was deleted here, nothing is known of it; check its spelling`,
      { registry },
    )
  return new UnknownHereError(
    `${name}: expected a tag that was deleted here; it pointed at ${record.digest} until ${record.goneAt?.toISOString()}, when somebody else deleted it, so the archive does not hold it. Tag that digest again, where the registry still holds it; else push it again`,
    { registry },
  )
}
