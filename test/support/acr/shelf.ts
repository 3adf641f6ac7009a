import type { Digest } from '../../../shared/domain/digest.ts'
import { sha256 } from '../../shared/adapters/registry/fake-registry.ts'

/** What people may switch off for a tag or a manifest; what is absent is on. */
export interface AcrAttributes {
  deleteEnabled?: boolean
  writeEnabled?: boolean
  listEnabled?: boolean
}

export interface AcrTagRow {
  digest: Digest
  readonly createdAt: Date
  updatedAt: Date
  readonly attributes: AcrAttributes
}

export interface AcrManifestRow {
  readonly mediaType: string
  readonly createdAt: Date
  readonly subject: Digest | undefined
  readonly attributes: AcrAttributes
}

const isLocked = ({ deleteEnabled, writeEnabled }: AcrAttributes) => deleteEnabled === false || writeEnabled === false

/** One repository. */
export class AcrShelf {
  readonly tags = new Map<string, AcrTagRow>()
  readonly manifests = new Map<Digest, AcrManifestRow>()
  readonly #now: () => Date

  constructor(now: () => Date) {
    this.#now = now
  }

  tagsOn(digest: Digest): string[] {
    return [...this.tags].flatMap(([tag, row]) => (row.digest === digest ? [tag] : []))
  }

  store(bytes: Buffer, mediaType: string): Digest {
    const digest = sha256(bytes)
    const { subject } = JSON.parse(bytes.toString())
    const row = { mediaType, createdAt: this.#now(), subject: subject?.digest, attributes: {} }
    if (!this.manifests.has(digest)) this.manifests.set(digest, row)
    return digest
  }

  point(tag: string, digest: Digest): void {
    const at = this.#now()
    const row = this.tags.get(tag)
    if (row) Object.assign(row, { digest, updatedAt: at })
    else this.tags.set(tag, { digest, createdAt: at, updatedAt: at, attributes: {} })
  }

  isTagLocked(tag: string): boolean {
    return isLocked(this.tags.get(tag)?.attributes ?? {})
  }

  /** Itself, or by a tag that is on it. */
  isManifestLocked(digest: Digest): boolean {
    return (
      isLocked(this.manifests.get(digest)?.attributes ?? {}) || this.tagsOn(digest).some(tag => this.isTagLocked(tag))
    )
  }

  /** With its tags and what refers to it, and never with the children of an index. */
  remove(digest: Digest): Digest[] {
    this.manifests.delete(digest)
    for (const tag of this.tagsOn(digest)) this.tags.delete(tag)
    const about = [...this.manifests].flatMap(([other, { subject }]) => (subject === digest ? [other] : []))
    return [digest, ...about.flatMap(other => this.remove(other))]
  }
}
