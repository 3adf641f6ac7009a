import type { RegistryProvider } from '../domain/provider.ts'

/** What decides how long a registry keeps the blobs of deleted images. */
export interface RegistryKind {
  readonly host: string
  /** As the settings say; undefined for a registry that they do not name. */
  readonly provider: RegistryProvider | undefined
}

/** Hosted registries, none of which promises how long deleted layers stay. */
const hosted = /(^|\.)(docker\.io|ghcr\.io|quay\.io|gcr\.io|pkg\.dev|azurecr\.io|registry\.gitlab\.com|aliyuncs\.com)$/

/**
 * Until when images can be put back there, in a sentence for people. Only manifests are archived: configs and layers are
 * the registry's, and what it has collected must be pushed again.
 *
 * @see https://distribution.github.io/distribution/about/garbage-collection/
 * @see https://goharbor.io/docs/main/administration/garbage-collection/
 */
export const restorableUntil = ({ host, provider }: RegistryKind): string => untilOf[provider ?? 'oci'](host)

const untilOf: Readonly<Record<RegistryProvider, (host: string) => string>> = {
  harbor: () =>
    'Harbor keeps deleted layers until its next garbage collection, which its administrators schedule; it spares what was uploaded in the last two hours',
  ecr: () =>
    'ECR removes deleted layers at a time of its own that nobody can foresee; what it has no more must be pushed again from its source',
  oci: host =>
    hosted.test(host.replace(/:\d+$/, ''))
      ? `${host} does not say how long it keeps deleted layers; what it has no more must be pushed again from its source`
      : 'deleted layers stay until the next garbage collection of the registry; distribution runs none by itself',
}
