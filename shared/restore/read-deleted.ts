import pMap from 'p-map'
import { type Digest, isDigest } from '../domain/digest.ts'
import { referrersTag } from '../domain/retention/versions/tag-kind.ts'
import { InvalidInputError } from '../errors.ts'
import type { ArchivedManifest, ManifestArchive } from '../ports/platform.ts'
import type { Manifest, RegistryWriter } from '../ports/registry.ts'
import type { Store } from '../ports/store.ts'
import { isImageOfUser } from './read-tags.ts'
import type { DeletedImage, ReadImage, RestoreTarget } from './restore-world.ts'
import { withTagsAndObjects } from './tags-and-objects.ts'

export interface ReadDeletedDeps {
  readonly store: Store
  readonly archive: ManifestArchive
  readonly writer: RegistryWriter
  /** @throws InvalidInputError for bytes that are no manifest of that type */
  readonly parseManifest: (bytes: Uint8Array, mediaType: string, what: string) => Manifest
}

export interface DeletedGraph {
  readonly images: ReadonlyMap<Digest, DeletedImage>
  readonly subjectsOf: ReadonlyMap<Digest, ReadonlySet<Digest>>
}

const imagesAtOnce = 8

/**
 * Reads the roots and everything they lead to, through any depth and each digest once: children of indexes, referrers
 * that went with their subject, and what cosign's tags name.
 */
export async function readDeleted(target: RestoreTarget, deps: ReadDeletedDeps): Promise<DeletedGraph> {
  const images = new Map<Digest, ReadImage>()
  const subjectsOf = new Map<Digest, Set<Digest>>()
  const addSubject = (referrer: Digest, subject: Digest) =>
    subjectsOf.set(referrer, (subjectsOf.get(referrer) ?? new Set()).add(subject))
  const seen = new Set<Digest>()
  let frontier = target.roots.map(root => root.digest)
  while (frontier.length > 0) {
    const wanted = [...new Set(frontier)].filter(digest => !seen.has(digest))
    for (const digest of wanted) seen.add(digest)
    const read = await pMap(wanted, digest => readImage(digest, target, deps), { concurrency: imagesAtOnce })
    for (const { image, referrers } of read) {
      images.set(image.digest, image)
      for (const referrer of referrers) addSubject(referrer, image.digest)
    }
    frontier = read.flatMap(({ image, referrers }) => [
      ...(image.manifest?.children ?? image.record?.children ?? []),
      ...referrers,
    ])
  }
  for (const { digest, manifest } of images.values())
    if (manifest?.subject !== undefined && images.has(manifest.subject)) addSubject(digest, manifest.subject)
  const taking = withTagsAndObjects([...images.values()], target.roots, target.within)
  return { images: new Map(taking.map(image => [image.digest, image])), subjectsOf }
}

async function readImage(digest: Digest, { repository, path }: RestoreTarget, deps: ReadDeletedDeps) {
  const storage = await deps.writer.archive?.findStorage(path, digest)
  const isStored = storage !== undefined && storage !== 'active'
  const [standing, archived, record] = await Promise.all([
    isStored ? undefined : deps.writer.findManifest(path, digest),
    deps.archive.findManifest(repository, digest),
    deps.store.findImage(repository, digest),
  ])
  const isReadable = standing && !('unreadable' in standing)
  const kept = isReadable ? { manifest: standing } : manifestOf(digest, archived, deps)
  const stands = isStored || standing !== undefined
  const image: ReadImage = { digest, ...kept, stands, ...(isStored && { storage }), archived, record }
  const referrers = (archived?.graph.referrers ?? []).filter(isDigest).filter(referrer => referrer !== digest)
  return { image, referrers: [...referrers, ...(await findCosigned(digest, repository, deps))] }
}

/** The archived bytes, which count only if they hash to the digest. */
function manifestOf(
  digest: Digest,
  archived: ArchivedManifest | undefined,
  { parseManifest }: ReadDeletedDeps,
): { manifest: Manifest | undefined; problem?: string } {
  if (archived === undefined) return { manifest: undefined }
  try {
    const manifest = parseManifest(archived.bytes, archived.mediaType, `archive ${digest}`)
    if (manifest.digest === digest) return { manifest }
    return { manifest: undefined, problem: `the archive holds other bytes for it, which hash to ${manifest.digest}` }
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error
    return { manifest: undefined, problem: error.message }
  }
}

const cosignSuffixes = ['', '.sig', '.att', '.sbom']

/**
 * What cosign's tags and the referrers tag named before they were deleted. A tag that was gone long before the image,
 * and of which the archive has nothing, was deleted by other means.
 */
async function findCosigned(
  digest: Digest,
  repository: string,
  { store, archive }: ReadDeletedDeps,
): Promise<Digest[]> {
  const tags = cosignSuffixes.map(suffix => `${referrersTag(digest)}${suffix}`)
  const found = await Promise.all(tags.map(tag => findMeant(tag, repository, store)))
  const archived = await Promise.all(found.map(one => one && archive.findManifest(repository, one)))
  return found.flatMap((one, at) => (one !== undefined && archived[at] !== undefined ? [one] : []))
}

/** What a tag pointed at last, or before it was seen on the dummy of its own deletion. */
async function findMeant(tag: string, repository: string, store: Store): Promise<Digest | undefined> {
  const record = await store.findTag(repository, tag)
  if (record === undefined || (await isImageOfUser(record.digest, repository, store))) return record?.digest
  return record.previousDigest ?? record.digest
}
