import { acr } from './acr.ts'
import { artifactory } from './artifactory.ts'
import { dockerhub } from './dockerhub.ts'
import { ghcr } from './ghcr.ts'
import { gitea } from './gitea.ts'
import { gitlab } from './gitlab.ts'
import { google } from './google.ts'
import { harbor } from './harbor.ts'
import { nexus } from './nexus.ts'
import { hosted, oci } from './plain.ts'
import type { Provider } from './provider.ts'
import { quay } from './quay.ts'
import { zot } from './zot.ts'

const restorableOnAws = () =>
  'ECR removes deleted layers at a time of its own that nobody can foresee; what it has no more must be pushed again from its source'

/** Private registries of AWS. Children stay there; lifecycle policies are the customer's own. */
const ecr = {
  ...oci,
  credential: 'role',
  countsPulls: true,
  hasArchive: true,
  copiesImages: true,
  restorableUntil: restorableOnAws,
} as const satisfies Provider

/**
 * The public registry of an account on AWS: read by everybody, and by role where the settings say this name of the host. A
 * HEAD counts as a pull as little as the lists of its API do.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/public/public-service-quotas.html
 */
const ecrPublic = {
  ...oci,
  credential: 'role',
  countsPulls: true,
  isPublic: true,
  restorableUntil: restorableOnAws,
} as const satisfies Provider

/**
 * Every kind of registry, by the name that the settings and RegistrySecrets give it.
 *
 * GitLab keeps what no tag is on for about a day.
 * @see https://docs.gitlab.com/administration/packages/container_registry_metadata_database/#online-garbage-collection-monitoring
 */
export const providers = {
  oci,
  harbor,
  ecr,
  dockerhub,
  ghcr,
  gitlab,
  quay,
  acr,
  google,
  aliyun: { ...hosted, hosts: { pattern: /(^|\.)aliyuncs\.com$/ } },
  'ecr-public': ecrPublic,
  gitea,
  zot,
  nexus,
  artifactory,
} as const satisfies Record<string, Provider>

export type RegistryProvider = keyof typeof providers

export const registryProviders = Object.keys(providers) as RegistryProvider[]

/** `spec.provider` of a RegistrySecret: one of them, or `other`, which says nothing. */
export const providerLabels = [...registryProviders, 'other'] as const
export type ProviderLabel = RegistryProvider | 'other'

/** The provider of a host that everybody knows; undefined for all others. */
export const findKnownProvider = (host: string): RegistryProvider | undefined =>
  registryProviders.find(name => factsOf(name).hosts?.pattern.test(host))

/**
 * Which kind a registry is, by its canonical host. `said` is its provider in the settings, where `oci` says no more than that
 * it speaks that API; undefined for one that they do not name.
 */
export const providerOf = (host: string, said: RegistryProvider | undefined): RegistryProvider =>
  said === undefined || said === 'oci' ? (findKnownProvider(host) ?? 'oci') : said

export const factsOf = (name: RegistryProvider): Provider => providers[name]
