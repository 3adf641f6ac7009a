/**
 * Every word for a kind of registry, and where it counts:
 *
 * - `registry`: `provider` of a registry in the settings: how it is read, deleted from, and what it says of restoring.
 * - `webhook`: `provider` of a webhook in the settings, and the end of its path.
 * - `label`: `spec.provider` of a RegistrySecret, a label that kubectl shows and that decides nothing.
 */
export const providers = {
  /** The API of the OCI distribution specification and nothing beyond it. */
  oci: { registry: true, webhook: false, label: false },
  /** The registry that tells of events in the format of CNCF distribution. */
  distribution: { registry: false, webhook: true, label: false },
  harbor: { registry: true, webhook: true, label: true },
  /** Its events come from EventBridge. */
  ecr: { registry: true, webhook: false, label: false },
  dockerhub: { registry: false, webhook: false, label: true },
  aliyun: { registry: false, webhook: false, label: true },
  other: { registry: false, webhook: false, label: true },
} as const

type Providers = typeof providers
type NamedFor<Place extends 'registry' | 'webhook' | 'label'> = {
  [Name in keyof Providers]: Providers[Name][Place] extends true ? Name : never
}[keyof Providers]

export type RegistryProvider = NamedFor<'registry'>
export type WebhookProviderName = NamedFor<'webhook'>
export type ProviderLabel = NamedFor<'label'>

const names = Object.keys(providers) as (keyof Providers)[]

export const registryProviders = names.filter((name): name is RegistryProvider => providers[name].registry)
export const webhookProviders = names.filter((name): name is WebhookProviderName => providers[name].webhook)
export const providerLabels = names.filter((name): name is ProviderLabel => providers[name].label)
