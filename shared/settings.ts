import * as z from 'zod'
import { withEveryAlias, withFirstAlias } from './domain/account-alias.ts'
import { ecrSpelling, findEcrHost } from './domain/ecr-host.ts'
import { type Grants, labelKeysOf } from './domain/grants/grant.ts'
import { issueTexts } from './domain/issue-text.ts'
import { receivers } from './domain/notifications/receiver.ts'
import { type InstallationLimits, installationLimits } from './domain/policy/installation-limits.ts'
import { factsOf, providerOf, type RegistryProvider } from './domain/providers/providers.ts'
import type { RegistryFacts } from './domain/registry-facts.ts'
import { normalHost } from './domain/registry-host.ts'
import type { Spelling } from './domain/repository-id.ts'
import { isInScope, memberName } from './domain/source-name.ts'
import { InvalidInputError } from './errors.ts'
import { awsWorkloadSettings } from './settings/aws-workloads.ts'
import { refuseDuplicates, refuseSharedSecrets, refuseUnknownClusters } from './settings/checks.ts'
import { clusterSettings } from './settings/clusters.ts'
import { limitSettings } from './settings/limits.ts'
import { secretId } from './settings/names.ts'
import { registrySettings } from './settings/registries.ts'
import { webhookSettings } from './settings/webhooks.ts'
import { defaultLayerArchiveDays } from './wiring.ts'

const settingsSchema = z.strictObject({
  clusters: z.array(clusterSettings).default([]),
  awsWorkloads: z.array(awsWorkloadSettings).default([]),
  registries: z.array(registrySettings).default([]),
  webhooks: z.array(webhookSettings).default([]),
  limits: limitSettings.prefault({}),
  /** Who may scrape the metrics: whoever presents the text of this secret. Absent: nobody may. */
  metrics: z.strictObject({ secret: secretId }).optional(),
  /** Who is told what, of which namespaces; none: nobody, and no function is there for it. */
  notifications: receivers.default([]),
  /** So long an image can be put back whole that a policy with `archive: layers` deleted. */
  layerArchiveDays: z.int().min(1).max(3650).default(defaultLayerArchiveDays),
  /** Since when the table is one that was restored from a backup: what was marked before is marked anew, with the whole grace. */
  restoredAt: z.iso
    .datetime({ offset: true })
    .transform(text => new Date(text))
    .optional(),
  /** Refuses private addresses to hosts that only a RegistrySecret names: who may write one reaches none inside. */
  refusePrivateAddresses: z.boolean().default(false),
})

/** Which clusters, other workloads, registries and webhooks this installation serves. Holds the names of secrets, never their values. */
export type Settings = z.infer<typeof settingsSchema>
export type SettingsInput = z.input<typeof settingsSchema>
export type RegistrySettings = Settings['registries'][number]
export type AwsWorkloadSettings = Settings['awsWorkloads'][number]
export type WebhookSettings = Settings['webhooks'][number]

/** @throws InvalidInputError that names every field, what was expected there and what was given. */
export function parseSettings(input: unknown): Settings {
  const parsed = settingsSchema.safeParse(input)
  if (!parsed.success)
    throw new InvalidInputError(
      `settings: ${issueTexts(parsed.error, input, 'the whole', { maxShown: 60 }).join('; ')}`,
      { cause: parsed.error },
    )
  refuseDuplicates(parsed.data)
  refuseUnknownClusters(parsed.data)
  const webhooks = parsed.data.webhooks.map(webhook => ({
    ...webhook,
    registry: canonicalHost(parsed.data, webhook.registry),
  }))
  refuseSharedSecrets(webhooks)
  return { ...parsed.data, webhooks }
}

/** The ids of the secrets that senders of webhooks present. */
export const webhookSecretsOf = ({ webhooks }: Pick<Settings, 'webhooks'>): string[] =>
  webhooks.flatMap(({ secret }) => secret ?? [])

/** The names of all sources of workloads that are not drained: only when each was listed is it known what is in use. */
export const workloadSourcesOf = (settings: Settings): string[] =>
  [...withoutDrained(settings).clusters, ...settings.awsWorkloads].map(source => source.name)

/** The settings with the clusters alone that are asked for anything. */
export const withoutDrained = (settings: Settings): Settings => ({
  ...settings,
  clusters: settings.clusters.filter(cluster => !cluster.drained),
})

export const drainedOf = (settings: Settings): string[] =>
  settings.clusters.filter(cluster => cluster.drained).map(cluster => cluster.name)

/** Sources whose recorded use counts for nothing: clusters that are drained, and accounts that an organization leaves out. */
export const leftOutOf = (settings: Settings): string[] => [
  ...drainedOf(settings),
  ...settings.awsWorkloads.flatMap(({ name, organization }) =>
    (organization?.exclude ?? []).flatMap(account =>
      (organization?.regions ?? []).map(region => memberName(name, account, region)),
    ),
  ),
]

/**
 * The one spelling of a registry host that the store uses: an alias, an endpoint's own host, or another host of the same
 * private ECR registry becomes the host.
 */
export function canonicalHost({ registries }: Settings, spelled: string): string {
  const wanted = normalHost(spelled)
  const isNamed = ({ host, aliases }: RegistrySettings) => host === wanted || aliases.includes(wanted)
  const isEndpoint = (one: RegistrySettings) => endpointHostOf(one) === wanted
  const found = registries.find(isNamed) ?? registries.find(isEndpoint) ?? findSameEcr(registries, wanted)
  return found?.host ?? wanted
}

const endpointHostOf = ({ endpoint }: RegistrySettings): string | undefined =>
  endpoint === undefined ? undefined : normalHost(new URL(endpoint).host)

const spellingsOf = (one: RegistrySettings): string[] => [
  one.host,
  ...one.aliases,
  ...[endpointHostOf(one)].flatMap(host => host ?? []),
]

/** ECR serves one registry under hosts for FIPS, for IPv6 and for both. */
function findSameEcr(registries: readonly RegistrySettings[], host: string): RegistrySettings | undefined {
  if (findEcrHost(host) === undefined) return undefined
  const wanted = ecrSpelling(host)
  return registries.find(one => spellingsOf(one).some(spelled => ecrSpelling(spelled) === wanted))
}

/** The one spelling of a path that the store uses, of a registry by its canonical host: another alias of the account becomes the first. */
export const canonicalPath = (settings: Settings, registry: string, path: string): string =>
  withFirstAlias(path, aliasesIn(settings, registry))

const aliasesIn = (settings: Settings, registry: string): readonly string[] =>
  registrySettingsOf(settings, registry)?.accountAliases ?? []

/** By which hosts the settings know registries that ECR's events name by another: that host, and the canonical one. */
export function canonicalEcrHosts(settings: Settings): ReadonlyMap<string, string> {
  const ofEcr = settings.registries.flatMap(spellingsOf).filter(host => findEcrHost(host) !== undefined)
  const known = ofEcr.map(ecrSpelling).map(host => [host, canonicalHost(settings, host)] as const)
  return new Map(known.filter(([host, canonical]) => host !== canonical))
}

/** The settings of a registry by its canonical host; undefined for one that only a RegistrySecret names. */
export const registrySettingsOf = (settings: Settings, canonical: string): RegistrySettings | undefined =>
  settings.registries.find(registry => registry.host === canonical)

/** Which kind a registry is, by its canonical host. */
export const providerIn = (settings: Settings, canonical: string): RegistryProvider =>
  providerOf(canonical, registrySettingsOf(settings, canonical)?.provider)

/** True for one that the installation reads and deletes from with the roles of its functions on AWS. */
export const isByRole = ({ host, provider }: RegistrySettings): boolean =>
  factsOf(providerOf(host, provider)).credential === 'role'

/** True for one of them that is the public one of its account, which is in no region. */
export const isPublic = ({ host, provider }: RegistrySettings): boolean =>
  factsOf(providerOf(host, provider)).isPublic === true

/** What the settings say of registries, by any spelling of their hosts, and of who may do what there. */
export interface Rulebook extends Spelling {
  /** The registries that the settings name, by their canonical hosts. */
  readonly registries: readonly string[]
  /** Every spelling of a path there, itself among them. */
  pathSpellings(registry: string, path: string): readonly string[]
  /** True for a registry that the settings name. */
  isConfigured(registry: string): boolean
  /** Which kind it is. */
  providerOf(registry: string): RegistryProvider
  /** What it does of its own accord. */
  factsOf(registry: string): RegistryFacts
  /** True for one that deletes for whoever has a login: one that the settings name, and that is not by role. */
  takesDeleteLogins(registry: string): boolean
  /** Undefined where none are written, which grants nothing. */
  grantsOf(registry: string): Grants | undefined
  /** What the installation itself reads the registry with; undefined where it has nothing. */
  ownCredentialOf(registry: string): 'role' | 'pullSecret' | undefined
  /** True where some grant stands on a label of the namespace. */
  readonly readsLabels: boolean
  /** True for a host by which workloads do not mean this registry. */
  isNotAlias(registry: string, host: string): boolean
  /** False for a source of workloads, by name, that does not pull from this registry. */
  pullsFrom(registry: string, source: string): boolean
  /** What its `clusters` name; none where it has no such list. */
  pullScopesOf(registry: string): readonly string[]
  /** The clusters that are being taken away. */
  readonly drained: readonly string[]
  readonly limits: InstallationLimits
}

export const rulebookOf = (settings: Settings): Rulebook => ({
  registries: settings.registries.map(({ host }) => host),
  canonicalHost: host => canonicalHost(settings, host),
  canonicalPath: (registry, path) => canonicalPath(settings, registry, path),
  pathSpellings: (registry, path) => withEveryAlias(path, aliasesIn(settings, registry)),
  isConfigured: registry => registrySettingsOf(settings, registry) !== undefined,
  providerOf: registry => providerIn(settings, registry),
  factsOf: registry => factsOf(providerIn(settings, registry)),
  takesDeleteLogins: registry => {
    const found = registrySettingsOf(settings, registry)
    return found !== undefined && !isByRole(found)
  },
  grantsOf: registry => registrySettingsOf(settings, registry)?.grants,
  ownCredentialOf: registry => {
    const found = registrySettingsOf(settings, registry)
    if (found && isByRole(found)) return 'role'
    return found?.pullSecret === undefined ? undefined : 'pullSecret'
  },
  readsLabels: settings.registries.some(
    ({ grants }) => Array.isArray(grants) && grants.some(grant => labelKeysOf(grant.repositories).length > 0),
  ),
  isNotAlias: (registry, host) => registrySettingsOf(settings, registry)?.notAliases.includes(host) ?? false,
  pullsFrom: (registry, source) =>
    registrySettingsOf(settings, registry)?.clusters?.some(scope => isInScope(scope, source)) ?? true,
  pullScopesOf: registry => registrySettingsOf(settings, registry)?.clusters ?? [],
  drained: drainedOf(settings),
  limits: installationLimits(settings.limits),
})
