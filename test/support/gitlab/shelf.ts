import type { Digest } from '../../../shared/domain/digest.ts'
import { sha256 } from '../../shared/adapters/registry/fake-registry.ts'

export interface GitlabTagRow {
  digest: Digest
  readonly createdAt: Date
  updatedAt: Date | undefined
}

interface StoredManifest {
  readonly mediaType: string
  readonly artifactType: string
  readonly children: readonly Digest[]
  readonly subject: Digest | undefined
  readonly sizeBytes: number
  readonly config: string | undefined
}

/** One repository in the metadata database. */
export class GitlabShelf {
  readonly tags = new Map<string, GitlabTagRow>()
  readonly manifests = new Map<Digest, StoredManifest>()
  readonly #now: () => Date

  constructor(now: () => Date) {
    this.#now = now
  }

  store(bytes: Buffer, mediaType: string): Digest {
    const { manifests, config, layers, subject, artifactType } = JSON.parse(bytes.toString())
    const digest = sha256(bytes)
    const sizes: number[] = [config, ...(layers ?? [])].map(blob => blob?.size ?? 0)
    this.manifests.set(digest, {
      mediaType,
      artifactType: artifactType ?? config?.mediaType ?? '',
      children: (manifests ?? []).map((child: { digest: Digest }) => child.digest),
      subject: subject?.digest,
      sizeBytes: sizes.reduce((sum, size) => sum + size, 0),
      config: config?.digest,
    })
    return digest
  }

  point(tag: string, digest: Digest): void {
    const row = this.tags.get(tag)
    if (row) Object.assign(row, { digest, updatedAt: this.#now() })
    else this.tags.set(tag, { digest, createdAt: this.#now(), updatedAt: undefined })
  }

  isInIndex(digest: Digest): boolean {
    return [...this.manifests.values()].some(({ children }) => children.includes(digest))
  }

  referrersOf(digest: Digest): [Digest, StoredManifest][] {
    return [...this.manifests].filter(([, { subject }]) => subject === digest)
  }

  /** With its tags. */
  remove(digest: Digest): void {
    this.manifests.delete(digest)
    for (const [tag, row] of this.tags) if (row.digest === digest) this.tags.delete(tag)
  }

  /** What the online garbage collection takes: what no tag, no index and no subject leads to. */
  unreferenced(): Digest[] {
    const tagged = new Set([...this.tags.values()].map(row => row.digest))
    return [...this.manifests].flatMap(([digest, { subject }]) =>
      tagged.has(digest) || this.isInIndex(digest) || (subject && this.manifests.has(subject)) ? [] : [digest],
    )
  }
}
