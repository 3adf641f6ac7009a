const oci = {
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  index: 'application/vnd.oci.image.index.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
} as const

const docker = {
  manifest: 'application/vnd.docker.distribution.manifest.v2+json',
  index: 'application/vnd.docker.distribution.manifest.list.v2+json',
  config: 'application/vnd.docker.container.image.v1+json',
  layer: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
} as const

export const ociIndex = oci.index
/** What distribution calls a blob in its events and answers. */
export const octetStream = 'application/octet-stream'

/** The media types an image of this format is made of; `oci` unless said otherwise. */
export const mediaTypesOf = (format: 'oci' | 'docker' = 'oci') => (format === 'oci' ? oci : docker)

export const isImageManifest = (mediaType: string): boolean =>
  mediaType === oci.manifest || mediaType === docker.manifest
export const isIndex = (mediaType: string): boolean => mediaType === oci.index || mediaType === docker.index
