import { createHash } from 'node:crypto'

export const digestOf = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`

/** Status and code of a refusal, as `errors.go` of Gitea pairs them. */
export class GiteaError extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, code: string) {
    super(code)
    this.status = status
    this.code = code
  }
}

/** A tag or a digest: each holds its manifest, and the blobs that this needs. */
export interface Version {
  readonly id: number
  readonly version: string
  readonly digest: string
  readonly mediaType: string
  readonly bytes: Buffer
  readonly blobs: ReadonlySet<string>
  readonly createdAt: Date
}

export interface Package {
  readonly owner: string
  readonly name: string
  readonly versions: Map<string, Version>
  /** What was uploaded and no manifest has taken yet. */
  readonly uploads: Set<string>
}

interface Pushed {
  readonly reference: string
  readonly mediaType: string
  readonly bytes: Buffer
}

const isImageType = (type: string): boolean => /manifest\.v[12]\+json$/.test(type)

/**
 * Packages as Gitea's source keeps them: a version is replaced whole by a push under its name, and a blob is there while a
 * version or an upload of the package has it.
 *
 * @see https://github.com/go-gitea/gitea/blob/main/routers/api/packages/container/manifest.go
 */
export class GiteaStore {
  readonly packages = new Map<string, Package>()
  readonly contents = new Map<string, Buffer>()
  now: () => Date = () => new Date()
  #ids = 0

  package(repository: string): Package {
    const found = this.packages.get(repository)
    if (found) return found
    const [owner = '', ...rest] = repository.split('/')
    const made: Package = { owner, name: rest.join('/'), versions: new Map(), uploads: new Set() }
    this.packages.set(repository, made)
    return made
  }

  findManifest(repository: string, reference: string): Version | undefined {
    const versions = [...(this.packages.get(repository)?.versions.values() ?? [])]
    return reference.includes(':')
      ? versions.find(one => one.digest === reference)
      : versions.find(one => one.version === reference.toLowerCase())
  }

  hasBlob(repository: string, digest: string): boolean {
    const one = this.packages.get(repository)
    return one !== undefined && (one.uploads.has(digest) || [...one.versions.values()].some(v => v.blobs.has(digest)))
  }

  putBlob(repository: string, digest: string, bytes: Buffer): void {
    if (digestOf(bytes) !== digest) throw new GiteaError(400, 'DIGEST_INVALID')
    this.contents.set(digest, bytes)
    this.package(repository).uploads.add(digest)
  }

  putManifest(repository: string, { reference, mediaType, bytes }: Pushed): Version {
    const blobs = this.#blobsOf(repository, mediaType, bytes)
    const target = this.package(repository)
    const version = reference.toLowerCase()
    const made: Version = {
      id: ++this.#ids,
      version,
      digest: digestOf(bytes),
      mediaType,
      bytes,
      blobs: new Set(blobs),
      createdAt: this.now(),
    }
    target.versions.delete(version)
    target.versions.set(version, made)
    for (const digest of blobs) target.uploads.delete(digest)
    return made
  }

  /** A tag alone, or every version that is the digest. */
  delete(repository: string, reference: string): void {
    const versions = this.packages.get(repository)?.versions ?? new Map<string, Version>()
    const isMeant = ({ version, digest }: Version) =>
      reference.includes(':') ? digest === reference : version === reference.toLowerCase()
    const meant = [...versions.values()].filter(isMeant)
    if (meant.length === 0) throw new GiteaError(404, 'MANIFEST_UNKNOWN')
    for (const { version } of meant) versions.delete(version)
  }

  #blobsOf(repository: string, mediaType: string, bytes: Buffer): string[] {
    const { schemaVersion, config, layers = [], manifests } = JSON.parse(bytes.toString())
    if (schemaVersion !== 2) throw new GiteaError(501, 'UNSUPPORTED')
    if (!isImageType(mediaType)) {
      for (const child of manifests) this.#requireChild(repository, child)
      return []
    }
    for (const blob of [config, ...layers]) {
      if (!this.hasBlob(repository, blob.digest)) throw new GiteaError(404, 'BLOB_UNKNOWN')
      if (this.contents.get(blob.digest)?.byteLength !== blob.size) throw new GiteaError(400, 'SIZE_INVALID')
    }
    return [config, ...layers].map(blob => blob.digest)
  }

  #requireChild(repository: string, child: { mediaType: string; digest: string }): void {
    if (!isImageType(child.mediaType)) throw new GiteaError(400, 'MANIFEST_INVALID')
    if (!this.findManifest(repository, child.digest)) throw new GiteaError(404, 'MANIFEST_BLOB_UNKNOWN')
  }
}
