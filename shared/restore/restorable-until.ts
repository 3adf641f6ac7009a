import { amountText } from '../domain/amount-text.ts'
import type { RegistryProvider } from '../domain/provider.ts'
import type { GarbageCollection } from '../ports/registry.ts'

/** What decides how long a registry keeps the blobs of deleted images. */
export interface RegistryKind {
  readonly host: string
  /** As the settings say; undefined for a registry that they do not name. */
  readonly provider: RegistryProvider | undefined
  /** What the registry itself says; undefined where it does not, or not to us. */
  readonly collection?: GarbageCollection | undefined
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
export const restorableUntil = (kind: RegistryKind): string => untilOf[kind.provider ?? 'oci'](kind)

const untilOf: Readonly<Record<RegistryProvider, (kind: RegistryKind) => string>> = {
  harbor: ({ collection }) =>
    collection === undefined
      ? 'Harbor keeps deleted layers until its next garbage collection, which its administrators schedule; it spares what was uploaded in the last two hours'
      : collectionText(collection),
  ecr: () =>
    'ECR removes deleted layers at a time of its own that nobody can foresee; what it has no more must be pushed again from its source',
  oci: ({ host }) =>
    hosted.test(host.replace(/:\d+$/, ''))
      ? `${host} does not say how long it keeps deleted layers; what it has no more must be pushed again from its source`
      : 'deleted layers stay until the next garbage collection of the registry; distribution runs none by itself',
}

function collectionText({ cron, deletesUntagged, sparesHours }: GarbageCollection): string {
  const when =
    cron === undefined
      ? 'until somebody starts its garbage collection, of which none is scheduled'
      : `until its next garbage collection, scheduled as "${cron}" (seconds first, UTC)`
  const spared = sparesHours === 0 ? 'nothing' : `what was uploaded in the last ${amountText(sparesHours, 'hour')}`
  const untagged = deletesUntagged ? ', and deletes images without a tag, also those that are put back so' : ''
  return `Harbor keeps deleted layers ${when}; it spares ${spared}${untagged}`
}
