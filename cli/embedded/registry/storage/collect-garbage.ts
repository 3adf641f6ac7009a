import type { ContentDigest } from '../content-digest.ts'
import type { ContentStore } from './content-store.ts'
import type { RepositoryIndex } from './repository-index.ts'

export interface GarbageReport {
  removed: readonly ContentDigest[]
  freedBytes: number
}

interface GarbageDeps {
  content: ContentStore
  repositories: ReadonlyMap<string, RepositoryIndex>
  unlinkBlob: (repository: string, digest: ContentDigest) => Promise<void>
}

/** Links go before their content, so that a kill in between leaves content that the next run collects, and no dead link. */
export const collectGarbage = async ({ content, repositories, unlinkBlob }: GarbageDeps): Promise<GarbageReport> => {
  const needed = neededBy(repositories.values())
  for (const [name, repository] of repositories)
    for (const digest of [...repository.blobs]) if (!needed.has(digest)) await unlinkBlob(name, digest)
  const removed = (await content.list()).filter(digest => !needed.has(digest))
  let freedBytes = 0
  for (const digest of removed) {
    freedBytes += (await content.findSize(digest)) ?? 0
    await content.remove(digest)
  }
  return { removed, freedBytes }
}

const neededBy = (repositories: Iterable<RepositoryIndex>): Set<ContentDigest> => {
  const needed = new Set<ContentDigest>()
  for (const { manifests } of repositories)
    for (const { digest, blobs } of manifests) for (const one of [digest, ...blobs]) needed.add(one)
  return needed
}
