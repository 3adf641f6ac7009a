import { mkdir, rm } from 'node:fs/promises'
import PQueue from 'p-queue'
import type { ContentDigest } from '../content-digest.ts'
import type { ManifestFacts } from '../manifest.ts'
import type { Reference } from '../names.ts'
import { collectGarbage, type GarbageReport } from './collect-garbage.ts'
import { ContentStore } from './content-store.ts'
import { removeFile, replaceFile } from './files.ts'
import { StorageLayout } from './layout.ts'
import { loadRepositories } from './load-repositories.ts'
import { RepositoryIndex, type StoredManifest } from './repository-index.ts'

/** A manifest to store, whose digest the caller has computed from its bytes. */
export interface ManifestToStore {
  digest: ContentDigest
  bytes: Uint8Array
  facts: ManifestFacts
  tags: readonly string[]
}

/**
 * Repositories on disk with their index in memory. One change at a time: each is checked and written while nothing
 * else changes, and in an order that leaves something whole behind when the process is killed between two files
 * (content before its link, link before the tag; when removing, the other way round).
 */
export class RegistryStorage {
  readonly content: ContentStore
  readonly #layout: StorageLayout
  readonly #repositories: Map<string, RepositoryIndex>
  readonly #changes = new PQueue({ concurrency: 1 })

  private constructor(layout: StorageLayout, content: ContentStore, repositories: Map<string, RepositoryIndex>) {
    this.#layout = layout
    this.content = content
    this.#repositories = repositories
  }

  /** Unfinished uploads and half-written files of the last run are dropped. */
  static async open(dataDir: string): Promise<RegistryStorage> {
    const layout = new StorageLayout(dataDir)
    await rm(layout.temporary, { recursive: true, force: true })
    for (const folder of [layout.temporary, layout.repositories]) await mkdir(folder, { recursive: true })
    const content = new ContentStore(layout)
    return new RegistryStorage(layout, content, await loadRepositories({ layout, content }))
  }

  get temporaryFolder(): string {
    return this.#layout.temporary
  }

  /** Sorted; a repository stays listed when its last manifest is gone, as in distribution. */
  listRepositories(): string[] {
    return [...this.#repositories.keys()].toSorted()
  }

  findRepository(name: string): RepositoryIndex | undefined {
    return this.#repositories.get(name)
  }

  findManifest(name: string, reference: Reference): StoredManifest | undefined {
    const repository = this.#repositories.get(name)
    const digest = reference.digest ?? repository?.findTag(reference.tag)
    return digest && repository?.findManifest(digest)
  }

  /** Digests the manifest needs and this repository lacks; where there are any, nothing is stored. */
  putManifest(name: string, manifest: ManifestToStore): Promise<readonly ContentDigest[]> {
    return this.#changes.add(async () => {
      const missing = missingFrom(this.#repositories.get(name), manifest.facts)
      if (missing.length === 0) await this.#writeManifest(name, manifest)
      return missing
    })
  }

  async #writeManifest(name: string, { digest, bytes, facts, tags }: ManifestToStore): Promise<void> {
    const repository = this.#repositoryFor(name)
    if (repository.findManifest(digest)?.mediaType !== facts.mediaType) {
      await this.content.put(digest, bytes)
      await replaceFile(this.#layout.manifestLink(name, digest), facts.mediaType, this.temporaryFolder)
      repository.putManifest({ ...facts, digest, sizeBytes: bytes.length })
    }
    for (const tag of tags) {
      await replaceFile(this.#layout.tagLink(name, tag), `${digest} ${tag}`, this.temporaryFolder)
      repository.putTag(tag, digest)
    }
  }

  /** False where there was no such tag. The manifest stays. */
  removeTag(name: string, tag: string): Promise<boolean> {
    return this.#changes.add(async () => {
      const repository = this.#repositories.get(name)
      if (!repository?.findTag(tag)) return false
      await this.#unlinkTag(name, repository, tag)
      return true
    })
  }

  /** The tags that went with it, sorted; undefined where there was no such manifest. The content stays until collected. */
  removeManifest(name: string, digest: ContentDigest): Promise<readonly string[] | undefined> {
    return this.#changes.add(async () => {
      const repository = this.#repositories.get(name)
      if (!repository?.findManifest(digest)) return undefined
      const tags = repository.listTagsOf(digest)
      for (const tag of tags) await this.#unlinkTag(name, repository, tag)
      repository.removeManifest(digest)
      await removeFile(this.#layout.manifestLink(name, digest))
      return tags
    })
  }

  /** Takes a finished file, whose digest the caller has verified, as a blob of the repository. */
  takeBlob(name: string, digest: ContentDigest, path: string): Promise<void> {
    return this.#changes.add(async () => {
      await this.content.take(digest, path)
      await this.#linkBlob(name, digest)
    })
  }

  /** Shares a blob of another repository; false where that one does not hold it. */
  mountBlob(name: string, digest: ContentDigest, from: string): Promise<boolean> {
    return this.#changes.add(async () => {
      if (!this.#repositories.get(from)?.hasBlob(digest)) return false
      await this.#linkBlob(name, digest)
      return true
    })
  }

  /** False where the repository has no such blob. Other repositories keep it, and the content stays until collected. */
  removeBlob(name: string, digest: ContentDigest): Promise<boolean> {
    return this.#changes.add(async () => {
      if (!this.#repositories.get(name)?.hasBlob(digest)) return false
      await this.#unlinkBlob(name, digest)
      return true
    })
  }

  /** Removes all content that no manifest of any repository refers to. */
  collectGarbage(): Promise<GarbageReport> {
    return this.#changes.add(() =>
      collectGarbage({
        content: this.content,
        repositories: this.#repositories,
        unlinkBlob: (name, digest) => this.#unlinkBlob(name, digest),
      }),
    )
  }

  /** Resolves when no change is under way. */
  settle(): Promise<void> {
    return this.#changes.onIdle()
  }

  async #linkBlob(name: string, digest: ContentDigest): Promise<void> {
    await replaceFile(this.#layout.blobLink(name, digest), '', this.temporaryFolder)
    this.#repositoryFor(name).putBlob(digest)
  }

  async #unlinkBlob(name: string, digest: ContentDigest): Promise<void> {
    this.#repositories.get(name)?.removeBlob(digest)
    await removeFile(this.#layout.blobLink(name, digest))
  }

  async #unlinkTag(name: string, repository: RepositoryIndex, tag: string): Promise<void> {
    repository.removeTag(tag)
    await removeFile(this.#layout.tagLink(name, tag))
  }

  #repositoryFor(name: string): RepositoryIndex {
    const known = this.#repositories.get(name)
    if (known) return known
    const repository = new RepositoryIndex()
    this.#repositories.set(name, repository)
    return repository
  }
}

// A missing subject is allowed: a signature may be pushed before what it signs.
const missingFrom = (repository: RepositoryIndex | undefined, facts: ManifestFacts): ContentDigest[] => [
  ...facts.requiredBlobs.filter(digest => !repository?.hasBlob(digest)),
  ...facts.children.filter(digest => !repository?.findManifest(digest)),
]
