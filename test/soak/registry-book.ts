import type { Digest } from '../../shared/domain/digest.ts'

/** A manifest as the registry truly holds it. */
export interface BookedManifest {
  readonly digest: Digest
  readonly mediaType: string
  readonly sizeBytes: number
  readonly children: readonly Digest[]
  /** Of a kind that nobody knows: `children` are what its bytes name, and need not be there. */
  readonly isOdd?: true
  readonly subject?: Digest
  /** The digest of its config, which some runtimes report for what they run. */
  readonly config?: Digest
  /** What its config says. */
  readonly createdAt?: Date | undefined
  /** When a push brought it that anybody could have told from the one before. */
  readonly presentSinceMs: number
}

const cosignTag = /^sha256-([0-9a-f]{64})(\.(sig|att|sbom))?$/

/** The digest that a cosign tag is about. */
export const attachedSubjectOf = (tag: string): Digest | undefined => {
  const hex = cosignTag.exec(tag)?.[1]
  return hex === undefined ? undefined : `sha256:${hex}`
}

/** The truth about one repository, kept from what was pushed and what the registry was told to delete. */
export class RepositoryBook {
  readonly path: string
  /** `host/path`. */
  readonly id: string
  readonly manifests = new Map<Digest, BookedManifest>()
  readonly tags = new Map<string, Digest>()
  /** What was there once and is not now, whoever deleted it. */
  readonly former = new Map<Digest, BookedManifest>()
  /** What sweeps deleted and nobody pushed again. */
  readonly swept = new Map<Digest, BookedManifest>()
  /** What a sweep went to delete and somebody else had deleted before, and nobody pushed again. */
  readonly foundGone = new Set<Digest>()
  /** What the product has certainly heard of while it was there. */
  readonly told = new Set<Digest>()
  /** Untagged by a sweep, tag after tag, on the way to its own deletion. */
  readonly bared = new Set<Digest>()
  /** Tags that a sweep had noted before somebody else took them off: it goes on under them. */
  readonly noted = new Map<Digest, readonly string[]>()
  /** Brought back by a restore, perhaps without what it was about. */
  readonly restored = new Set<Digest>()
  /** Put somewhere since the sweep under way began to look. */
  readonly newTags = new Set<string>()
  /** Deleted before garbage was collected: it may not come back. */
  readonly collected = new Set<Digest>()
  /** Tags that were answered oddly at some time, and digests. */
  readonly everOdd = new Set<string>()
  /** What was never handed out as it is, and oddly at least once, with what the odd bytes named, where they named. */
  readonly unread = new Map<Digest, readonly Digest[] | undefined>()
  /** Tags of which a sync was answered oddly, and nobody has mended that since. */
  readonly unreadTags = new Set<string>()
  /** Configs that were handed out oddly at some time. */
  readonly oddConfigs = new Set<Digest>()
  readonly #read = new Set<Digest>()
  /** How often a tag came to point elsewhere. */
  moves = 0
  /** By tag and digest, the move by which the tag left it last. */
  readonly #leftBy = new Map<string, number>()
  readonly #lastPresentSinceMs = new Map<Digest, number>()
  readonly host: string
  constructor(host: string, path: string) {
    this.host = host
    this.path = path
    this.id = `${host}/${path}`
  }

  put(manifest: BookedManifest, tag?: string): void {
    if (!this.manifests.has(manifest.digest)) this.manifests.set(manifest.digest, manifest)
    this.#lastPresentSinceMs.set(manifest.digest, this.manifests.get(manifest.digest)?.presentSinceMs ?? 0)
    this.swept.delete(manifest.digest)
    this.foundGone.delete(manifest.digest)
    this.former.delete(manifest.digest)
    this.collected.delete(manifest.digest)
    if (tag !== undefined) this.putTag(tag, manifest.digest)
  }

  /** The tag points there, or did after so many moves. */
  hasHeld(tag: string, digest: Digest, moves: number): boolean {
    return this.tags.get(tag) === digest || (this.#leftBy.get(`${tag} ${digest}`) ?? 0) > moves
  }

  #leave(tag: string): void {
    this.moves += 1
    this.#leftBy.set(`${tag} ${this.tags.get(tag)}`, this.moves)
    this.tags.delete(tag)
  }

  putTag(tag: string, digest: Digest): void {
    if (this.tags.get(tag) !== digest) this.#leave(tag)
    this.tags.set(tag, digest)
    this.newTags.add(tag)
    this.bared.delete(digest)
    this.noted.delete(digest)
  }

  /** The product is handed a manifest as it is. */
  noteRead(digest: Digest): void {
    if (this.manifests.has(digest)) this.#read.add(digest)
    this.unread.delete(digest)
  }

  /** The product is handed something else in its place: what it read before it knows. */
  noteUnread(digest: Digest, names: readonly Digest[] | undefined): void {
    this.everOdd.add(digest)
    if (!this.#read.has(digest)) this.unread.set(digest, names)
  }

  /** When a manifest came that is there, or was there before; undefined for one that never was. */
  lastSeenOf(digest: Digest): number | undefined {
    return this.#lastPresentSinceMs.get(digest)
  }

  removeTag(tag: string): void {
    this.#leave(tag)
  }

  /** As registries do it: the tags go with the digest. */
  removeManifest(digest: Digest): BookedManifest | undefined {
    const manifest = this.manifests.get(digest)
    this.manifests.delete(digest)
    if (manifest) this.former.set(digest, manifest)
    this.told.delete(digest)
    this.restored.delete(digest)
    this.bared.delete(digest)
    this.noted.delete(digest)
    for (const tag of this.tagsOf(digest)) this.#leave(tag)
    return manifest
  }

  tagsOf(digest: Digest): string[] {
    return [...this.tags].flatMap(([tag, on]) => (on === digest ? [tag] : []))
  }

  /** True when a sweep ended it, or came to end it: what is about it goes as well. */
  wasEnded(digest: Digest): boolean {
    return this.swept.has(digest) || this.foundGone.has(digest)
  }

  /** True when everything below it is there: registries take no tag for an index that is not whole. */
  isWhole(digest: Digest): boolean {
    const manifest = this.manifests.get(digest)
    return manifest?.isOdd ?? manifest?.children.every(child => this.isWhole(child)) ?? false
  }

  /** Indexes that are there and refer to it. */
  parentsOf(digest: Digest): BookedManifest[] {
    return [...this.manifests.values()].filter(one => one.children.includes(digest))
  }

  /** What it names as its subject, or its cosign tags do, there or not. */
  namedSubjectsOf(manifest: BookedManifest, tags: readonly string[] = this.tagsOf(manifest.digest)): Digest[] {
    const known = tags.length === 0 ? (this.noted.get(manifest.digest) ?? []) : tags
    const named = known.flatMap(tag => attachedSubjectOf(tag) ?? [])
    return manifest.subject === undefined ? named : [manifest.subject, ...named]
  }

  /** The subjects of it that are there. */
  subjectsOf(manifest: BookedManifest): Digest[] {
    return this.namedSubjectsOf(manifest).filter(digest => digest !== manifest.digest && this.manifests.has(digest))
  }

  /** What is there and is about it. */
  referrersOf(digest: Digest): BookedManifest[] {
    return [...this.manifests.values()].filter(
      one => one.digest !== digest && this.namedSubjectsOf(one).includes(digest),
    )
  }

  /** Everything that what has a tag leads to by children, as a full sync finds it. */
  reachableFromTags(isOdd: (tag: string) => boolean): Set<Digest> {
    const found = new Set<Digest>()
    const queue = [...this.tags].flatMap(([tag, digest]) => (isOdd(tag) ? [] : [digest]))
    for (let digest = queue.pop(); digest !== undefined; digest = queue.pop()) {
      if (found.has(digest) || !this.manifests.has(digest)) continue
      found.add(digest)
      const { children = [], isOdd: isOfUnknownKind } = this.manifests.get(digest) ?? {}
      if (!isOfUnknownKind && !this.unread.has(digest)) queue.push(...children)
    }
    return found
  }
}
