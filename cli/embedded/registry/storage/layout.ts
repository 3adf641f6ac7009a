import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { type Algorithm, algorithmOf, type ContentDigest, hexOf } from '../content-digest.ts'

/** What a repository keeps beside its sub-repositories: a name cannot begin with an underscore, so these never clash. */
export const partFolders = { manifests: '_manifests', tags: '_tags', blobs: '_blobs' } as const
export type RepositoryPart = keyof typeof partFolders

/** Where everything lies under the data folder. Content is named by digest; a link is a small file that points at it. */
export class StorageLayout {
  readonly #dataDir: string
  constructor(dataDir: string) {
    this.#dataDir = dataDir
  }

  get temporary(): string {
    return join(this.#dataDir, 'tmp')
  }

  contentFolder(algorithm: Algorithm): string {
    return join(this.#dataDir, 'content', algorithm)
  }

  get repositories(): string {
    return join(this.#dataDir, 'repositories')
  }

  contentFile(digest: ContentDigest): string {
    const hex = hexOf(digest)
    return join(this.contentFolder(algorithmOf(digest)), hex.slice(0, 2), hex)
  }

  repositoryPart(repository: string, part: RepositoryPart): string {
    return join(this.repositories, repository, partFolders[part])
  }

  manifestLink(repository: string, digest: ContentDigest): string {
    return join(this.repositoryPart(repository, 'manifests'), hexOf(digest))
  }

  blobLink(repository: string, digest: ContentDigest): string {
    return join(this.repositoryPart(repository, 'blobs'), hexOf(digest))
  }

  // Tags differ by case alone and file systems may not, so the file is named by a hash and holds the tag.
  tagLink(repository: string, tag: string): string {
    return join(this.repositoryPart(repository, 'tags'), createHash('sha256').update(tag).digest('hex'))
  }
}
