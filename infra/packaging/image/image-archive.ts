import { createHash } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { pack } from 'tar-stream'

export interface ImageParts {
  readonly layers: readonly { readonly tar: Buffer; readonly gzip: Buffer }[]
  readonly architecture: 'amd64' | 'arm64'
  /** As an image's config has it. */
  readonly config: object
  /** `shelflife:0.1.0` */
  readonly name: string
}

const digestOf = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`
const blobPath = (digest: string): string => `blobs/${digest.replace(':', '/')}`
const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))

/**
 * An image as one tar archive: an OCI layout, with the manifest of `docker save` beside it, so that skopeo, crane, docker,
 * podman and containerd all take it.
 * @see https://github.com/opencontainers/image-spec/blob/main/image-layout.md
 */
export async function imageArchive({ layers, architecture, config, name }: ImageParts): Promise<Buffer> {
  const image = json({
    created: '1970-01-01T00:00:00Z',
    architecture,
    os: 'linux',
    config,
    rootfs: { type: 'layers', diff_ids: layers.map(({ tar }) => digestOf(tar)) },
  })
  const blobs = [image, ...layers.map(({ gzip }) => gzip)]
  const manifest = json(
    manifestOf(
      image,
      layers.map(({ gzip }) => gzip),
    ),
  )
  const index = {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: [
      {
        ...descriptor('application/vnd.oci.image.manifest.v1+json', manifest),
        platform: { architecture, os: 'linux' },
        annotations: { 'org.opencontainers.image.ref.name': name.split(':')[1], 'io.containerd.image.name': name },
      },
    ],
  }
  const ofDocker = [
    {
      Config: blobPath(digestOf(image)),
      RepoTags: [name],
      Layers: layers.map(({ gzip }) => blobPath(digestOf(gzip))),
    },
  ]
  return archiveOf({
    'oci-layout': json({ imageLayoutVersion: '1.0.0' }),
    'index.json': json(index),
    'manifest.json': json(ofDocker),
    ...Object.fromEntries([manifest, ...blobs].map(blob => [blobPath(digestOf(blob)), blob])),
  })
}

const manifestOf = (image: Buffer, layers: readonly Buffer[]) => ({
  schemaVersion: 2,
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  config: descriptor('application/vnd.oci.image.config.v1+json', image),
  layers: layers.map(layer => descriptor('application/vnd.oci.image.layer.v1.tar+gzip', layer)),
})

const descriptor = (mediaType: string, bytes: Buffer) => ({ mediaType, digest: digestOf(bytes), size: bytes.length })

async function archiveOf(files: Readonly<Record<string, Buffer>>): Promise<Buffer> {
  const archive = pack()
  const bytes = buffer(archive)
  for (const [name, content] of Object.entries(files)) archive.entry({ name, mode: 0o644, mtime: new Date(0) }, content)
  archive.finalize()
  return bytes
}
