import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import pMap from 'p-map'
import { type ContentDigest, digestsWithHex, isContentDigest } from '../content-digest.ts'
import { readPushedManifest } from '../manifest.ts'
import type { ContentStore } from './content-store.ts'
import { findFile, listFolder, removeFile } from './files.ts'
import { partFolders, type StorageLayout } from './layout.ts'
import { RepositoryIndex, type StoredManifest } from './repository-index.ts'

interface LoadFrom {
  layout: StorageLayout
  content: ContentStore
}

const foldersAtOnce = 4
const filesAtOnce = 16

/**
 * Rebuilds the index from the folders. A link whose content is gone is what a kill in mid-deletion leaves: it is
 * removed, so that it cannot come back to life when the same content is pushed again.
 */
export const loadRepositories = async (from: LoadFrom): Promise<Map<string, RepositoryIndex>> => {
  const present = new Set(await from.content.list())
  const names = await listRepositoryNames(from.layout.repositories, '')
  const entries = await pMap(names, async name => [name, await loadRepository(name, present, from)] as const, {
    concurrency: foldersAtOnce,
  })
  return new Map(entries)
}

const listRepositoryNames = async (root: string, name: string): Promise<string[]> => {
  const folders = (await readdir(join(root, name), { withFileTypes: true })).filter(entry => entry.isDirectory())
  const parts: readonly string[] = Object.values(partFolders)
  const isRepository = folders.some(folder => parts.includes(folder.name))
  const nested = folders.filter(folder => !folder.name.startsWith('_'))
  const below = await pMap(nested, folder => listRepositoryNames(root, name ? `${name}/${folder.name}` : folder.name), {
    concurrency: foldersAtOnce,
  })
  return [...(isRepository ? [name] : []), ...below.flat()]
}

const loadRepository = async (
  name: string,
  present: ReadonlySet<ContentDigest>,
  from: LoadFrom,
): Promise<RepositoryIndex> => {
  const index = new RepositoryIndex()
  await loadBlobs(name, index, present, from)
  await loadManifests(name, index, from)
  await loadTags(name, index, from)
  return index
}

const loadBlobs = async (
  name: string,
  index: RepositoryIndex,
  present: ReadonlySet<ContentDigest>,
  { layout }: LoadFrom,
) => {
  for (const digest of await listLinkedDigests(layout.repositoryPart(name, 'blobs'))) {
    if (present.has(digest)) index.putBlob(digest)
    else await removeFile(layout.blobLink(name, digest))
  }
}

const loadManifests = async (name: string, index: RepositoryIndex, from: LoadFrom): Promise<void> => {
  const digests = await listLinkedDigests(from.layout.repositoryPart(name, 'manifests'))
  await pMap(
    digests,
    async digest => {
      const manifest = await findManifest(name, digest, from)
      if (manifest) index.putManifest(manifest)
      else await removeFile(from.layout.manifestLink(name, digest))
    },
    { concurrency: filesAtOnce },
  )
}

const findManifest = async (
  name: string,
  digest: ContentDigest,
  from: LoadFrom,
): Promise<StoredManifest | undefined> => {
  const mediaType = await findFile(from.layout.manifestLink(name, digest))
  const bytes = await from.content.find(digest)
  if (!mediaType || !bytes) return undefined
  return { ...readPushedManifest(bytes, mediaType.toString()), digest, sizeBytes: bytes.length }
}

const loadTags = async (name: string, index: RepositoryIndex, { layout }: LoadFrom): Promise<void> => {
  const folder = layout.repositoryPart(name, 'tags')
  await pMap(
    await listFolder(folder),
    async file => {
      const [digest = '', tag = ''] = (await findFile(join(folder, file)))?.toString().split(' ') ?? []
      if (tag && isContentDigest(digest) && index.findManifest(digest)) index.putTag(tag, digest)
      else await removeFile(join(folder, file))
    },
    { concurrency: filesAtOnce },
  )
}

const listLinkedDigests = async (folder: string): Promise<ContentDigest[]> =>
  (await listFolder(folder)).flatMap(digestsWithHex)
