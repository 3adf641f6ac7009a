import type { Digest } from '../../../../shared/domain/digest.ts'
import type { ManifestFacts } from '../manifest.ts'

export interface StoredManifest extends ManifestFacts {
  digest: Digest
  sizeBytes: number
}

/** What one repository holds, in memory: the folder is the truth, this answers without reading it. */
export class RepositoryIndex {
  readonly #manifests = new Map<Digest, StoredManifest>()
  readonly #tags = new Map<string, Digest>()
  readonly #blobs = new Set<Digest>()
  readonly #referrers = new Map<Digest, Set<Digest>>()
  #sortedTags: readonly string[] | undefined

  get manifests(): Iterable<StoredManifest> {
    return this.#manifests.values()
  }

  get blobs(): Iterable<Digest> {
    return this.#blobs
  }

  /** In byte order. Sorted once per change, because every page of a list asks for all of it. */
  get tags(): readonly string[] {
    this.#sortedTags ??= [...this.#tags.keys()].toSorted()
    return this.#sortedTags
  }

  findTag(tag: string): Digest | undefined {
    return this.#tags.get(tag)
  }

  findManifest(digest: Digest): StoredManifest | undefined {
    return this.#manifests.get(digest)
  }

  hasBlob(digest: Digest): boolean {
    return this.#blobs.has(digest)
  }

  listReferrers(subject: Digest): StoredManifest[] {
    return [...(this.#referrers.get(subject) ?? [])].toSorted().flatMap(digest => this.#manifests.get(digest) ?? [])
  }

  listTagsOf(digest: Digest): string[] {
    return this.tags.filter(tag => this.#tags.get(tag) === digest)
  }

  putManifest(manifest: StoredManifest): void {
    this.#manifests.set(manifest.digest, manifest)
    if (!manifest.subject) return
    const referrers = this.#referrers.get(manifest.subject) ?? new Set()
    this.#referrers.set(manifest.subject, referrers.add(manifest.digest))
  }

  removeManifest(digest: Digest): void {
    const subject = this.#manifests.get(digest)?.subject
    this.#manifests.delete(digest)
    if (subject) this.#referrers.get(subject)?.delete(digest)
  }

  putTag(tag: string, digest: Digest): void {
    if (!this.#tags.has(tag)) this.#sortedTags = undefined
    this.#tags.set(tag, digest)
  }

  removeTag(tag: string): void {
    this.#tags.delete(tag)
    this.#sortedTags = undefined
  }

  putBlob(digest: Digest): void {
    this.#blobs.add(digest)
  }

  removeBlob(digest: Digest): void {
    this.#blobs.delete(digest)
  }
}
