export const ociIndex = 'application/vnd.oci.image.index.v1+json'
export const ociManifest = 'application/vnd.oci.image.manifest.v1+json'
export const dockerList = 'application/vnd.docker.distribution.manifest.list.v2+json'
export const dockerManifest = 'application/vnd.docker.distribution.manifest.v2+json'

/** The manifests that are understood. Schema 1 is not among them: its bytes do not hash to its digest. */
export const acceptedMediaTypes = [ociIndex, ociManifest, dockerList, dockerManifest] as const

/** Sent with every manifest request: without it distribution 2.8 answers 404 for an index that exists. */
export const acceptHeader = acceptedMediaTypes.join(', ')

export const isIndexType = (mediaType: string): boolean => mediaType === ociIndex || mediaType === dockerList

export const isManifestType = (mediaType: string): boolean =>
  (acceptedMediaTypes as readonly string[]).includes(mediaType)

/** A Content-Type without its parameters, in lower case; empty when there is none. */
export const mediaTypeOf = (contentType: string | undefined): string =>
  (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
