import type { ContentDigest } from '../content-digest.ts'
import type { ManifestFacts } from '../manifest.ts'

export interface StoredManifest extends ManifestFacts {
  digest: ContentDigest
  sizeBytes: number
}

/** What one repository holds, in memory: the folder is the truth, this answers without reading it. */
export class RepositoryIndex {
  readonly #manifests = new Map<ContentDigest, StoredManifest>()
  readonly #tags = new Map<string, ContentDigest>()
  readonly #blobs = new Set<ContentDigest>()
  readonly #referrers = new Map<ContentDigest, Set<ContentDigest>>()
  #sortedTags: readonly string[] | undefined

  get manifests(): Iterable<StoredManifest> {
    return this.#manifests.values()
  }

  get blobs(): Iterable<ContentDigest> {
    return this.#blobs
  }

  /** In byte order. Sorted once per change, because every page of a list asks for all of it. */
  get tags(): readonly string[] {
    this.#sortedTags ??= [...this.#tags.keys()].toSorted()
    return this.#sortedTags
  }

  findTag(tag: string): ContentDigest | undefined {
    return this.#tags.get(tag)
  }

  findManifest(digest: ContentDigest): StoredManifest | undefined {
    return this.#manifests.get(digest)
  }

  hasBlob(digest: ContentDigest): boolean {
    return this.#blobs.has(digest)
  }

  listReferrers(subject: ContentDigest): StoredManifest[] {
    return [...(this.#referrers.get(subject) ?? [])].toSorted().flatMap(digest => this.#manifests.get(digest) ?? [])
  }

  listTagsOf(digest: ContentDigest): string[] {
    return this.tags.filter(tag => this.#tags.get(tag) === digest)
  }

  putManifest(manifest: StoredManifest): void {
    this.#manifests.set(manifest.digest, manifest)
    if (!manifest.subject) return
    const referrers = this.#referrers.get(manifest.subject) ?? new Set()
    this.#referrers.set(manifest.subject, referrers.add(manifest.digest))
  }

  removeManifest(digest: ContentDigest): void {
    const subject = this.#manifests.get(digest)?.subject
    this.#manifests.delete(digest)
    if (subject) this.#referrers.get(subject)?.delete(digest)
  }

  putTag(tag: string, digest: ContentDigest): void {
    if (!this.#tags.has(tag)) this.#sortedTags = undefined
    this.#tags.set(tag, digest)
  }

  removeTag(tag: string): void {
    this.#tags.delete(tag)
    this.#sortedTags = undefined
  }

  putBlob(digest: ContentDigest): void {
    this.#blobs.add(digest)
  }

  removeBlob(digest: ContentDigest): void {
    this.#blobs.delete(digest)
  }
}
