/** An entry of `index.json`: a manifest under a tag, or under none. */
export interface Entry {
  readonly digest: string
  readonly tag?: string
}

export interface Stored {
  readonly mediaType: string
  readonly bytes: Buffer
  pushedAt: Date
  pulledAt?: Date
}

export class ZotError extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, code: string) {
    super(code)
    this.status = status
    this.code = code
  }
}

/**
 * Repositories as zot's source keeps them: a manifest is there while `index.json` has an entry of it.
 *
 * @see https://github.com/project-zot/zot/blob/main/pkg/storage/imagestore/imagestore.go
 */
export class ZotLayout {
  readonly entries = new Map<string, Entry[]>()
  readonly manifests = new Map<string, Stored>()
  readonly taggedAt = new Map<string, Date>()

  of(repository: string): Entry[] {
    return this.entries.get(repository) ?? []
  }

  find(repository: string, reference: string): Entry | undefined {
    return this.of(repository).find(one => one.digest === reference || one.tag === reference)
  }

  /** A digest that has an entry gets no other, and a tag that moves leaves nothing where it was. */
  put(repository: string, reference: string, digest: string, stored: Stored): void {
    const entries = this.of(repository)
    this.manifests.set(digest, this.manifests.get(digest) ?? stored)
    if (reference.includes(':')) {
      if (!entries.some(one => one.digest === digest)) this.entries.set(repository, [...entries, { digest }])
      return
    }
    this.taggedAt.set(`${repository}:${reference}`, stored.pushedAt)
    this.entries.set(repository, [...entries.filter(one => one.tag !== reference), { digest, tag: reference }])
  }

  delete(repository: string, reference: string, detectsCollisions: boolean): void {
    const entries = this.of(repository)
    if (entries.length === 0) throw new ZotError(400, 'NAME_UNKNOWN')
    const meant = entries.filter(one => one.digest === reference || one.tag === reference)
    const [first] = meant
    if (first === undefined) throw new ZotError(404, 'MANIFEST_UNKNOWN')
    if (meant.length > 1 && detectsCollisions) throw new ZotError(409, 'MANIFEST_INVALID')
    const left = entries.filter(one => !meant.includes(one))
    if (reference.includes(':') && this.#childrenOf(left).has(reference)) throw new ZotError(405, 'DENIED')
    this.entries.set(repository, this.#pruned(left, first.digest))
  }

  /** Children of the index that went, unless they have a tag or another index. */
  #pruned(left: readonly Entry[], gone: string): Entry[] {
    if (left.some(one => one.digest === gone)) return [...left]
    const orphans = this.#childrenOf([{ digest: gone }])
    const others = this.#childrenOf(left)
    return left.filter(one => one.tag !== undefined || !orphans.has(one.digest) || others.has(one.digest))
  }

  #childrenOf(entries: readonly Entry[]): Set<string> {
    const manifests = entries.flatMap(one => this.childrenOf(one.digest))
    return new Set(manifests.map(child => child.digest))
  }

  childrenOf(digest: string): { digest: string }[] {
    return JSON.parse(this.manifests.get(digest)?.bytes.toString() ?? '{}').manifests ?? []
  }
}
