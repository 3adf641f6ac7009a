/** What a manifest of a known media type is: one image, or an index over several. */
export type ManifestKind = 'manifest' | 'index'

/**
 * The kind of a manifest by its media type, undefined for every type but the four of OCI and Docker schema 2
 * (retention 5).
 *
 * @see https://github.com/opencontainers/image-spec/blob/main/media-types.md
 */
export const manifestKind = (mediaType: string | undefined): ManifestKind | undefined => {
  switch (mediaType) {
    case 'application/vnd.oci.image.manifest.v1+json':
    case 'application/vnd.docker.distribution.manifest.v2+json':
      return 'manifest'
    case 'application/vnd.oci.image.index.v1+json':
    case 'application/vnd.docker.distribution.manifest.list.v2+json':
      return 'index'
    default:
      return undefined
  }
}
