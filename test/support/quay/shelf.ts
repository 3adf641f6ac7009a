import { type Digest, isDigest } from '../../../shared/domain/digest.ts'
import { sha256 } from '../../shared/adapters/registry/fake-registry.ts'

/** A row of Quay's table of tags: one that is deleted ends, and stays for the time machine. */
export interface QuayTagRow {
  readonly name: string
  readonly digest: Digest
  readonly startMs: number
  endMs: number | undefined
  /** Those that keep what was pushed by its digest, for an hour. */
  readonly hidden: boolean
  immutable: boolean
}

interface StoredManifest {
  readonly children: readonly Digest[]
  readonly isIndex: boolean
  readonly sizeBytes: number
}

const hourMs = 3_600_000

/** One repository. @see https://github.com/quay/quay/blob/master/data/model/oci/tag.py */
export class QuayShelf {
  readonly rows: QuayTagRow[] = []
  readonly manifests = new Map<Digest, StoredManifest>()
  readonly #now: () => Date

  constructor(now: () => Date) {
    this.#now = now
  }

  /** Newest first, then by name. */
  get alive(): QuayTagRow[] {
    return this.#alive().filter(row => !row.hidden)
  }

  findTag(name: string): QuayTagRow | undefined {
    return this.alive.find(row => row.name === name)
  }

  /** What a tag is on, or an index that one is on. */
  isServed(digest: Digest): boolean {
    const held = new Set(this.#alive().map(row => row.digest))
    return held.has(digest) || [...held].some(one => this.manifests.get(one)?.children.includes(digest))
  }

  store(bytes: Buffer): Digest {
    const { manifests, config, layers } = JSON.parse(bytes.toString())
    const digest = sha256(bytes)
    const children: Digest[] = (manifests ?? []).map((child: { digest: Digest }) => child.digest)
    const sizes: number[] = [config, ...(layers ?? [])].map(blob => blob?.size ?? 0)
    const sizeBytes = sizes.reduce((sum, size) => sum + size, 0)
    this.manifests.set(digest, { children, isIndex: manifests !== undefined, sizeBytes })
    // An index takes over what its children were held by.
    for (const row of this.#alive()) if (row.hidden && children.includes(row.digest)) row.endMs = this.#nowMs()
    return digest
  }

  /** Ends what the tag was before. By digest it is held by a hidden tag for an hour. */
  point(reference: string, digest: Digest): void {
    const startMs = this.#nowMs()
    const before = this.findTag(reference)
    if (before) before.endMs = startMs
    const hidden = isDigest(reference)
    this.rows.push({
      name: reference,
      digest,
      startMs,
      endMs: hidden ? startMs + hourMs : undefined,
      hidden,
      immutable: false,
    })
  }

  /** Ends the tags of a name, or on a digest; how many there were. */
  end(isMeant: (row: QuayTagRow) => boolean): number {
    const meant = this.alive.filter(isMeant)
    for (const row of meant) row.endMs = this.#nowMs()
    return meant.length
  }

  #alive(): QuayTagRow[] {
    return this.rows
      .filter(row => row.endMs === undefined || row.endMs > this.#nowMs())
      .toSorted((a, b) => b.startMs - a.startMs || (a.name < b.name ? -1 : 1))
  }

  #nowMs(): number {
    return this.#now().getTime()
  }
}
