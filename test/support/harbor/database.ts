import { type Digest, isDigest } from '../../../shared/domain/digest.ts'
import { sha256 } from '../../shared/adapters/registry/fake-registry.ts'

/** A manifest as it was pushed. */
export interface StoredArtifact {
  readonly id: number
  readonly repository: string
  readonly digest: Digest
  readonly mediaType: string
  readonly manifest: PushedManifest
  readonly sizeBytes: number
  /** What its config says: what Harbor calls extra attributes. */
  readonly config: object
  readonly pushedAt: Date
  pulledAt: Date | undefined
}

export interface PushedManifest {
  readonly mediaType?: string
  readonly artifactType?: string
  readonly config?: { readonly digest: string; readonly mediaType: string; readonly size: number }
  readonly layers?: readonly { readonly digest: string; readonly mediaType: string; readonly size: number }[]
  readonly manifests?: readonly { readonly digest: Digest; readonly platform?: object }[]
  readonly subject?: { readonly digest: Digest }
}

export interface StoredTag {
  readonly id: number
  readonly repository: string
  readonly name: string
  artifact: StoredArtifact
  pushedAt: Date
}

export interface StoredAccessory {
  readonly id: number
  readonly artifact: StoredArtifact
  readonly subject: Digest
  readonly type: string
  readonly createdAt: Date
}

/** A refusal by the code that Harbor's own code gives it. */
export class HarborError extends Error {
  readonly code: 'NOT_FOUND' | 'PRECONDITION' | 'VIOLATE_FOREIGN_KEY_CONSTRAINT' | 'UNSUPPORTED' | 'FORBIDDEN'
  constructor(code: HarborError['code'], message: string) {
    super(message)
    this.code = code
  }
}

export interface DatabaseOptions {
  readonly now: () => Date
  /** The rule for immutable tags. */
  readonly isImmutable: (tag: string) => boolean
}

/**
 * Artifacts, tags and accessories as Harbor's core keeps them beside its registry.
 *
 * @see https://github.com/goharbor/harbor/blob/main/src/controller/artifact/controller.go
 */
export class HarborDatabase {
  readonly artifacts = new Map<number, StoredArtifact>()
  readonly tags = new Map<number, StoredTag>()
  readonly accessories = new Map<number, StoredAccessory>()
  readonly repositories = new Set<string>()
  readonly #everStored = new Map<string, Set<Digest>>()
  readonly #options: DatabaseOptions
  #byDigest = new Map<string, StoredArtifact>()
  #lastId = 0

  constructor(options: DatabaseOptions) {
    this.#options = options
  }

  /** A push that the registry below has stored: an artifact that is there already, and a tag that is on it, stay as they are. */
  ensure(
    repository: string,
    reference: string,
    { bytes, mediaType, config }: { bytes: Buffer; mediaType: string; config: object },
  ): void {
    this.repositories.add(repository)
    const digest = sha256(bytes)
    this.#everStored.set(repository, this.everStored(repository).add(digest))
    const manifest = JSON.parse(bytes.toString()) as PushedManifest
    const known = this.find(repository, digest)
    const artifact = known ?? this.#create(repository, { digest, mediaType, manifest, config, bytes })
    if (!isDigest(reference)) this.#ensureTag(artifact, reference)
    if (manifest.subject) this.#ensureAccessory(artifact, manifest.subject.digest, typeOf(manifest))
    const [, hex] = /^sha256-([0-9a-f]{64})\.sig$/.exec(reference) ?? []
    if (hex && manifest.layers?.some(layer => layer.mediaType === cosignLayer))
      this.#ensureAccessory(artifact, `sha256:${hex}`, 'signature.cosign')
  }

  #create(
    repository: string,
    parts: { digest: Digest; mediaType: string; manifest: PushedManifest; config: object; bytes: Buffer },
  ): StoredArtifact {
    const { bytes, manifest, ...rest } = parts
    const parted = [manifest.config?.size ?? 0, ...(manifest.layers ?? []).map(layer => layer.size)]
    const children = this.childrenOf({ repository, manifest }).map(child => child.sizeBytes)
    const sizeBytes = [bytes.length, ...parted, ...children].reduce((sum, size) => sum + size, 0)
    const id = this.#nextId()
    const pushedAt = this.#options.now()
    const artifact = { id, repository, manifest, sizeBytes, pushedAt, pulledAt: undefined, ...rest }
    this.artifacts.set(id, artifact)
    this.#byDigest.set(keyOf(artifact), artifact)
    return artifact
  }

  #ensureTag(artifact: StoredArtifact, name: string): void {
    const tag = [...this.tags.values()].find(one => one.repository === artifact.repository && one.name === name)
    if (tag?.artifact === artifact) return
    const pushedAt = this.#options.now()
    if (tag) Object.assign(tag, { artifact, pushedAt })
    else {
      const id = this.#nextId()
      this.tags.set(id, { id, repository: artifact.repository, name, artifact, pushedAt })
    }
  }

  #ensureAccessory(artifact: StoredArtifact, subject: Digest, type: string): void {
    const all = [...this.accessories.values()]
    if (all.some(one => one.artifact === artifact && one.subject === subject)) return
    const id = this.#nextId()
    this.accessories.set(id, { id, artifact, subject, type, createdAt: this.#options.now() })
  }

  #nextId(): number {
    this.#lastId += 1
    return this.#lastId
  }

  /** By a digest or a tag. */
  find(repository: string, reference: string): StoredArtifact | undefined {
    if (!isDigest(reference)) return this.findTag(repository, reference)?.artifact
    return this.#byDigest.get(keyOf({ repository, digest: reference }))
  }

  findTag(repository: string, name: string): StoredTag | undefined {
    return [...this.tags.values()].find(tag => tag.repository === repository && tag.name === name)
  }

  get(repository: string, reference: string): StoredArtifact {
    const found = this.find(repository, reference)
    if (found) return found
    throw new HarborError('NOT_FOUND', `artifact ${repository}@${reference} not found`)
  }

  inRepository(repository: string): StoredArtifact[] {
    return [...this.artifacts.values()].filter(one => one.repository === repository)
  }

  /** Digests of all that was ever pushed. */
  everStored(repository: string): Set<Digest> {
    return this.#everStored.get(repository) ?? new Set()
  }

  /** What counts against the quota of a project: each blob once. */
  storedBytes(prefix: string): number {
    const blobs = [...this.artifacts.values()]
      .filter(one => one.repository.startsWith(prefix))
      .flatMap(({ manifest }) => [...(manifest.config ? [manifest.config] : []), ...(manifest.layers ?? [])])
    const sizes = new Map(blobs.map(blob => [blob.digest, blob.size]))
    return [...sizes.values()].reduce((sum, size) => sum + size, 0)
  }

  tagsOf(artifact: StoredArtifact): StoredTag[] {
    return [...this.tags.values()].filter(tag => tag.artifact === artifact)
  }

  accessoriesOf({ repository, digest }: StoredArtifact): StoredAccessory[] {
    return [...this.accessories.values()].filter(
      one => one.subject === digest && one.artifact.repository === repository,
    )
  }

  isAccessory(artifact: StoredArtifact): boolean {
    return [...this.accessories.values()].some(one => one.artifact === artifact)
  }

  childrenOf({ repository, manifest }: Pick<StoredArtifact, 'repository' | 'manifest'>): StoredArtifact[] {
    return (manifest.manifests ?? []).flatMap(child => this.find(repository, child.digest) ?? [])
  }

  parentsOf(artifact: StoredArtifact): StoredArtifact[] {
    const all = this.inRepository(artifact.repository)
    return all.filter(one => one.manifest.manifests?.some(child => child.digest === artifact.digest))
  }

  deleteTag(tag: StoredTag): void {
    if (this.#options.isImmutable(tag.name))
      throw new HarborError('PRECONDITION', `the tag ${tag.name} configured as immutable, cannot be deleted`)
    this.tags.delete(tag.id)
  }

  isImmutable(tag: StoredTag): boolean {
    return this.#options.isImmutable(tag.name)
  }

  /** All or nothing, as in one transaction. */
  deleteDeeply(root: StoredArtifact): void {
    const rollBack = this.#begin()
    try {
      this.#deleteDeeply(root, true)
    } catch (error) {
      rollBack()
      throw error
    }
  }

  /** What a delete would take along. @throws HarborError where it would be refused */
  goesWith(root: StoredArtifact): StoredArtifact[] {
    const before = [...this.artifacts.values()]
    const rollBack = this.#begin()
    try {
      this.#deleteDeeply(root, true)
      return before.filter(one => one !== root && !this.artifacts.has(one.id))
    } finally {
      rollBack()
    }
  }

  #begin(): () => void {
    const kept = [this.artifacts, this.tags, this.accessories] as const
    const before = kept.map(map => new Map<number, unknown>(map))
    return () => {
      for (const [at, map] of kept.entries())
        for (const [id, row] of before[at] ?? []) (map as Map<number, unknown>).set(id, row)
      this.#byDigest = new Map([...this.artifacts.values()].map(one => [keyOf(one), one]))
    }
  }

  #deleteDeeply(artifact: StoredArtifact, isRoot: boolean): void {
    for (const one of this.accessories.values()) if (one.artifact === artifact) this.accessories.delete(one.id)
    const tags = this.tagsOf(artifact)
    if (!isRoot && tags.length > 0) return
    const parents = this.parentsOf(artifact)
    if (parents.length > 0) {
      if (!isRoot) return
      throw new HarborError('VIOLATE_FOREIGN_KEY_CONSTRAINT', 'the deleting artifact is referenced by others')
    }
    for (const accessory of this.accessoriesOf(artifact)) this.#deleteDeeply(accessory.artifact, true)
    const children = this.childrenOf(artifact)
    this.artifacts.delete(artifact.id)
    this.#byDigest.delete(keyOf(artifact))
    for (const child of children) this.#deleteDeeply(child, false)
    for (const tag of tags) this.deleteTag(tag)
  }
}

const keyOf = ({ repository, digest }: Pick<StoredArtifact, 'repository' | 'digest'>) => `${repository}@${digest}`

const cosignLayer = 'application/vnd.dev.cosign.simplesigning.v1+json'

/** As Harbor sorts what has a subject. */
function typeOf({ artifactType, config }: PushedManifest): string {
  const type = artifactType ?? config?.mediaType
  if (type === 'application/vnd.dev.cosign.artifact.sig.v1+json') return 'signature.cosign'
  if (type === 'application/vnd.cncf.notary.signature') return 'signature.notation'
  return type === 'application/vnd.goharbor.harbor.sbom.v1' ? 'sbom.harbor' : 'subject.accessory'
}
