import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import type { Digest } from '../../../shared/domain/digest.ts'
import { mediaTypesOf } from './media-types.ts'
import { type PushedDescriptor, RegistryPushClient } from './registry-push-client.ts'
import { tarOf } from './tar.ts'

export interface ImageToPush {
  repository: string
  /** Without a tag it is pushed by its digest. */
  tag?: string
  /** What makes its content its own: the same seed, with all else the same, gives the same digest. Default: repository and tag. */
  seed?: string
  /** The files of its one layer, by path; in the place of the one file that holds the seed. */
  files?: Readonly<Record<string, string>>
  /** `os/architecture[/variant]`; several make an index with one manifest each. Default: `linux/amd64`. */
  platforms?: readonly string[]
  format?: 'oci' | 'docker'
  /** What it signs or describes; a pushed image can be given as it is. */
  subject?: PushedDescriptor
  /** Makes it an artifact: an empty configuration, and the seed itself in the place of a layer. */
  artifactType?: string
  /** As the configuration says it; no registry knows it. */
  created?: Date
  labels?: Readonly<Record<string, string>>
  annotations?: Readonly<Record<string, string>>
}

export interface PushedImage extends PushedDescriptor {
  repository: string
  tag: string | undefined
  /** The manifests of an index, in the order of `platforms`; none for a single manifest. */
  children: readonly (PushedDescriptor & { platform: Platform })[]
}

interface Platform {
  os: string
  architecture: string
  variant?: string
}

interface Document {
  descriptor: PushedDescriptor
  bytes: Buffer
}

/** Makes a small valid image and pushes it, blobs first. `headers` go with every request. */
export const pushImage = async (
  registryUrl: string,
  image: ImageToPush,
  headers?: Readonly<Record<string, string>>,
): Promise<PushedImage> => {
  const client = new RegistryPushClient(registryUrl, image.repository, headers)
  const platforms = (image.platforms ?? ['linux/amd64']).map(parsePlatform)
  const [only] = platforms
  if (only && platforms.length === 1) {
    const { descriptor, bytes } = await pushManifestBlobs(client, image, only, aboutOf(image))
    await client.pushManifest(image.tag ?? descriptor.digest, descriptor.mediaType, bytes)
    return { ...descriptor, repository: image.repository, tag: image.tag, children: [] }
  }
  return pushIndex(client, image, platforms)
}

const pushIndex = async (
  client: RegistryPushClient,
  image: ImageToPush,
  platforms: readonly Platform[],
): Promise<PushedImage> => {
  const children: (PushedDescriptor & { platform: Platform })[] = []
  for (const platform of platforms) {
    const { descriptor, bytes } = await pushManifestBlobs(client, image, platform, {})
    await client.pushManifest(descriptor.digest, descriptor.mediaType, bytes)
    children.push({ ...descriptor, platform })
  }
  const { artifactType } = image
  const index = { ...(artifactType ? { artifactType } : {}), manifests: children, ...aboutOf(image) }
  const { descriptor, bytes } = documentOf(mediaTypesOf(image.format).index, index)
  await client.pushManifest(image.tag ?? descriptor.digest, descriptor.mediaType, bytes)
  return { ...descriptor, repository: image.repository, tag: image.tag, children }
}

/** The manifest itself is left to the caller, who knows by which name to push it. */
const pushManifestBlobs = async (
  client: RegistryPushClient,
  image: ImageToPush,
  platform: Platform,
  about: object,
): Promise<Document> => {
  const { config, layer } = image.artifactType ? artifactOf(image, image.artifactType) : imageOf(image, platform)
  for (const { descriptor, bytes } of [config, layer]) await client.pushBlob(descriptor.digest, bytes)
  const { artifactType } = image
  return documentOf(mediaTypesOf(image.format).manifest, {
    ...(artifactType ? { artifactType } : {}),
    config: config.descriptor,
    layers: [layer.descriptor],
    ...about,
  })
}

const imageOf = (image: ImageToPush, platform: Platform): { config: Document; layer: Document } => {
  const mediaTypes = mediaTypesOf(image.format)
  const tar = tarOf(image.files ?? { 'seed.txt': `${seedOf(image)} for ${platform.os}/${platform.architecture}\n` })
  const created = image.created?.toISOString()
  const config = {
    ...(created ? { created } : {}),
    ...platform,
    config: image.labels ? { Labels: image.labels } : {},
    rootfs: { type: 'layers', diff_ids: [digestOf(tar)] },
    history: [{ ...(created ? { created } : {}), created_by: 'shelflife' }],
  }
  return {
    config: blobOf(mediaTypes.config, Buffer.from(JSON.stringify(config))),
    layer: blobOf(mediaTypes.layer, gzipSync(tar)),
  }
}

const artifactOf = (image: ImageToPush, artifactType: string): { config: Document; layer: Document } => ({
  config: blobOf('application/vnd.oci.empty.v1+json', Buffer.from('{}')),
  layer: blobOf(artifactType, Buffer.from(seedOf(image))),
})

const seedOf = ({ seed, repository, tag }: ImageToPush): string => seed ?? `${repository}:${tag ?? ''}`

const aboutOf = ({ subject, annotations }: ImageToPush) => ({
  ...(subject ? { subject: { mediaType: subject.mediaType, digest: subject.digest, size: subject.size } } : {}),
  ...(annotations ? { annotations } : {}),
})

const documentOf = (mediaType: string, content: object): Document =>
  blobOf(mediaType, Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...content })))

const blobOf = (mediaType: string, bytes: Buffer): Document => ({
  descriptor: { mediaType, digest: digestOf(bytes), size: bytes.length },
  bytes,
})

const digestOf = (bytes: Uint8Array): Digest => `sha256:${createHash('sha256').update(bytes).digest('hex')}`

const parsePlatform = (text: string): Platform => {
  const [os = 'linux', architecture = 'amd64', variant] = text.split('/')
  return { os, architecture, ...(variant ? { variant } : {}) }
}
