import type { RegistryProvider } from './provider.ts'

/**
 * What becomes of a manifest that no tag is on, though nobody deletes it:
 * - `stays`: nothing; it is there until its digest is deleted
 * - `goes-with-index`: it is deleted with the last index that has it as a child
 * - `collected`: the registry removes it by itself once no tag and no index leads to it
 */
export type UntaggedManifests = 'stays' | 'goes-with-index' | 'collected'

/** What a registry does of its own accord, as far as that decides what may be deleted there. */
export interface RegistryFacts {
  readonly untagged: UntaggedManifests
  /** It has an archive of its own, from which an image comes back whole. */
  readonly hasArchive?: true
}

/**
 * - harbor: `deleteDeeply` of its artifact controller takes untagged children along
 *   @see https://github.com/goharbor/harbor/blob/main/src/controller/artifact/controller.go
 * - ecr: children stay; lifecycle policies are the customer's own
 * - oci: distribution deletes what it is told to; hosts that are known to collect are named below
 */
const untaggedIn: Readonly<Record<RegistryProvider, UntaggedManifests>> = {
  harbor: 'goes-with-index',
  ecr: 'stays',
  oci: 'stays',
}

/**
 * Quay keeps what no tag is on for two weeks as a rule, GitLab for about a day.
 * @see https://docs.projectquay.io/use_quay.html#tag-expiration
 * @see https://docs.gitlab.com/administration/packages/container_registry_metadata_database/#online-garbage-collection-monitoring
 */
const collecting: ReadonlySet<string> = new Set(['quay.io', 'registry.gitlab.com'])

/** Of a registry by its canonical host; `provider` as the settings say, undefined for one that they do not name. */
export const registryFactsOf = (host: string, provider: RegistryProvider | undefined): RegistryFacts => ({
  untagged: collecting.has(host) ? 'collected' : untaggedIn[provider ?? 'oci'],
  ...(provider === 'ecr' && { hasArchive: true }),
})

/** What people read of an untagged image that stays, where its registry does not let it stay. */
export const collectedFact = 'the registry removes untagged images by itself: nothing here can keep it there'
