import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { mediaTypesOf } from '../../../cli/embedded/registry/media-types.ts'
import { tarOf } from '../../../cli/embedded/registry/tar.ts'

export interface Descriptor {
  readonly mediaType: string
  /** `sha256:` and 64 hex digits. */
  readonly digest: string
  readonly size: number
}

const mediaTypes = mediaTypesOf('oci')
export const hexOf = (digest: string): string => digest.slice('sha256:'.length)

/** Where distribution keeps a repository below the root folder of its filesystem driver. */
export const repositoryFolder = (root: string, path: string): string =>
  join(root, 'docker/registry/v2/repositories', path)

/**
 * Writes a repository as the filesystem driver of distribution keeps it: a push of thousands of images through the registry takes
 * many times as long.
 * @see https://github.com/distribution/distribution/blob/main/registry/storage/paths.go
 */
export class RegistrySeed {
  private readonly root: string
  private readonly repository: string

  constructor(root: string, path: string) {
    this.root = root
    this.repository = repositoryFolder(root, path)
  }

  /** An image with one layer that holds the text. */
  image(text: string, architecture: string, created: Date): Descriptor {
    const tar = tarOf({ 'content.txt': text })
    const config = {
      created: created.toISOString(),
      os: 'linux',
      architecture,
      config: {},
      rootfs: { type: 'layers', diff_ids: [digestOf(tar)] },
      history: [{ created: created.toISOString() }],
    }
    return this.manifest(mediaTypes.manifest, {
      config: this.blob(mediaTypes.config, JSON.stringify(config)),
      layers: [this.blob(mediaTypes.layer, gzipSync(tar))],
    })
  }

  /** What signs or describes an image: with a subject it is a referrer. */
  artifact(artifactType: string, text: string, subject?: Descriptor): Descriptor {
    return this.manifest(mediaTypes.manifest, {
      artifactType,
      config: this.blob('application/vnd.oci.empty.v1+json', '{}'),
      layers: [this.blob(artifactType, text)],
      ...(subject && { subject }),
    })
  }

  index(manifests: readonly object[]): Descriptor {
    return this.manifest(mediaTypes.index, { manifests })
  }

  tag(tag: string, { digest }: Descriptor): void {
    const folder = join(this.repository, '_manifests/tags', tag)
    writeLink(join(folder, 'current'), digest)
    writeLink(join(folder, 'index/sha256', hexOf(digest)), digest)
  }

  private manifest(mediaType: string, content: object): Descriptor {
    const descriptor = this.write(mediaType, JSON.stringify({ schemaVersion: 2, mediaType, ...content }))
    writeLink(join(this.repository, '_manifests/revisions/sha256', hexOf(descriptor.digest)), descriptor.digest)
    return descriptor
  }

  private blob(mediaType: string, content: string | Buffer): Descriptor {
    const descriptor = this.write(mediaType, content)
    writeLink(join(this.repository, '_layers/sha256', hexOf(descriptor.digest)), descriptor.digest)
    return descriptor
  }

  private write(mediaType: string, content: string | Buffer): Descriptor {
    const bytes = Buffer.from(content)
    const digest = digestOf(bytes)
    const hex = hexOf(digest)
    const folder = join(this.root, 'docker/registry/v2/blobs/sha256', hex.slice(0, 2), hex)
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'data'), bytes)
    return { mediaType, digest, size: bytes.length }
  }
}

function writeLink(folder: string, digest: string): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'link'), digest)
}

const digestOf = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`
