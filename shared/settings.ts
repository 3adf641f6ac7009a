import * as z from 'zod'
import { parseDurationMs } from './domain/duration.ts'
import { isEcrEventHost } from './domain/ecr-event-host.ts'
import { type Grants, grants, labelKeysOf } from './domain/grants/grant.ts'
import { issueTexts } from './domain/issue-text.ts'
import { pathGlob, registryHost, repositoryPath } from './domain/name-schemas.ts'
import { receivers } from './domain/notifications/receiver.ts'
import { type InstallationLimits, installationLimits } from './domain/policy/installation-limits.ts'
import { factsOf, providerOf, type RegistryProvider, registryProviders } from './domain/providers/providers.ts'
import type { RegistryFacts } from './domain/registry-facts.ts'
import { isRegistryHost, normalHost } from './domain/registry-host.ts'
import { webhookProviders } from './domain/webhook-provider.ts'
import { InvalidInputError } from './errors.ts'
import { checkWebhook, refuseDuplicates, refuseSharedSecrets, refuseUnknownClusters } from './settings-checks.ts'
import { defaultLayerArchiveDays } from './wiring.ts'

const secretId = z.string().min(1).describe('the name or ARN of a Secrets Manager secret')

const sourceName = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, 'expected lower-case letters, digits and hyphens')

const dnsName = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/

/** A kind of objects that name images under keys `image`. */
export const workloadKind = z.strictObject({
  /** `batch.volcano.sh` */
  group: z.string().max(253).regex(dnsName, 'expected an API group such as batch.volcano.sh'),
  /** Its plural, as CRDs and RBAC have it: `jobs`. */
  resource: z
    .string()
    .max(63)
    .regex(/^[a-z]([-a-z0-9]*[a-z0-9])?$/, 'expected the plural name of a resource such as jobs'),
})

export type WorkloadKindSettings = z.infer<typeof workloadKind>

const clusterSettings = z.strictObject({
  name: sourceName,
  /** The secret that holds a kubeconfig for this cluster. */
  kubeconfigSecret: secretId,
  /** The kubeconfig of the user that may delete Repository objects; only sweep-execute reads it. Default: the one above. */
  executorKubeconfigSecret: secretId.optional(),
  /** Kinds that count as use there, beside those that are known: each must be served and may be listed. */
  workloads: z.array(workloadKind).optional(),
  /**
   * How long a run of every minute watches its objects, in seconds: what changes meanwhile is acted on within a moment,
   * and all else within the minute. 50 leaves hardly a gap; 0 ends a run as soon as it has acted on what changed.
   */
  watchSeconds: z.int().min(0).max(50).default(5),
  /** One that is being taken away: it is asked for nothing any more, and what is recorded of it protects nothing. */
  drained: z.boolean().default(false),
})

/** The Lambda functions and ECS task definitions of one account in one region. */
const awsWorkloadSettings = z.strictObject({
  /** As usage names it, beside the clusters. */
  name: sourceName,
  /** Default: the region of the installation. */
  region: z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-[0-9]$/, 'expected an AWS region like eu-west-1')
    .optional(),
  /** A role of another account that may list there, and trusts the roles of inventory and sweep-execute. */
  roleArn: z
    .string()
    .regex(/^arn:aws[a-z-]*:iam::[0-9]{12}:role\/.+$/, 'expected the ARN of an IAM role')
    .optional(),
})

/** A host that is spoken to, so Docker Hub's names stay apart: a credential goes to exactly the one that is named. */
const realmHost = z
  .string()
  .refine(text => isRegistryHost(text.toLowerCase()), 'expected a host name with an optional port')

const registrySettings = z.strictObject({
  /** The host as image references spell it: `harbor.example.com`. Normalised, as are aliases and those of webhooks. */
  host: registryHost,
  provider: z.enum(registryProviders).default('oci'),
  /** Where it is reached when that is not `https://host`: an internal address, or plain HTTP on loopback. */
  endpoint: z.url({ protocol: /^https?$/ }).optional(),
  /** Where its own API is, beside that of the OCI specification, when that is another address than is known of its provider. */
  api: z.url({ protocol: /^https?$/ }).optional(),
  /** Other hosts under which workloads spell the same registry. */
  aliases: z.array(registryHost).default([]),
  /**
   * The clusters and `awsWorkloads` that pull from it, by name: what these use must be known before anything is deleted
   * there, and what others are known to use stays too. Default: all.
   */
  clusters: z.array(sourceName).min(1, 'expected at least one name, or no list for all').optional(),
  /** AWS region of an ECR registry. */
  region: z.string().optional(),
  /** Hosts whose token realm may receive this registry's credentials, beside the registry's own. */
  realmHosts: z.array(realmHost).default([]),
  /** Requests at once to this registry, of each function and of the whole local host; default 32. */
  maxConcurrentRequests: z.int().min(1).max(256).optional(),
  /** JSON `{"username","password"}` for reading, where no RegistrySecret has one. */
  pullSecret: secretId.optional(),
  /** JSON `{"username","password"}` that only sweep-execute may read. */
  deleteSecret: secretId.optional(),
  /**
   * Which namespaces may read with the registry's own credential, and delete, below which paths; no other may. Needed
   * where there is such a credential: `[]` grants nothing.
   */
  grants: grants.optional(),
  /** Hosts by which workloads do not mean this registry, though they name one of its paths and tags. */
  notAliases: z.array(registryHost).default([]),
  /** What it may hold, in bytes: the `storageThresholdPercent` of a policy is a share of this. */
  capacityBytes: z.int().positive().optional(),
})

const webhookSettings = z
  .strictObject({
    provider: z.enum(webhookProviders),
    /** The registry that holds this secret: an event counts for it and no other. */
    registry: registryHost,
    /** Of every sender but `google`, which signs with keys of its own. */
    secret: secretId.optional(),
    /** Of `google`: the e-mail address of the service account that its subscription pushes as. */
    serviceAccount: z.email('expected the e-mail address of a service account').optional(),
    /** Of `google`: the audience that the subscription asks for in its tokens. */
    audience: z.string().min(1).max(2048).optional(),
    /** The paths that events with this secret may name, as globs; default: all. Hints for others are dropped. */
    repositories: z.array(pathGlob).min(1, 'expected at least one glob').optional(),
    /**
     * Of `nexus` and `jfrog`: below which path the images of one of their repositories are pulled, by its name; '' where
     * it has a host or port of its own. Default: of `jfrog` its name, of `nexus` ''.
     */
    paths: z.record(z.string(), z.union([z.literal(''), repositoryPath])).optional(),
  })
  .superRefine(checkWebhook)

const leastGracePeriod = z.string().superRefine((text, context) => {
  try {
    if (parseDurationMs(text) < 1000) context.addIssue('expected at least 1s')
  } catch {
    context.addIssue('expected a duration such as 90s, 10m or 1h30m')
  }
})

/** What stands above the limits of every policy. */
const limitSettings = z.strictObject({
  /** The least grace period, 1s or more. */
  minGracePeriod: leastGracePeriod.default('1h'),
  /** The most that one run of a policy deletes; default: as the policies say. */
  maxDeletionsPerRun: z.int().min(1).optional(),
  /** The most of a repository, in percent, that a run deletes unless a person approves who may write the table. */
  maxDeletionPercent: z.int().min(1).max(100).default(100),
})

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

/** The one spelling of a registry host that the store uses: an alias, or an endpoint's own host, becomes the host. */
export function canonicalHost(settings: Settings, spelled: string): string {
  const wanted = normalHost(spelled)
  const isNamed = ({ host, aliases }: RegistrySettings) => host === wanted || aliases.includes(wanted)
  const isEndpoint = ({ endpoint }: RegistrySettings) =>
    endpoint !== undefined && normalHost(new URL(endpoint).host) === wanted
  const found = settings.registries.find(isNamed) ?? settings.registries.find(isEndpoint)
  return found?.host ?? wanted
}

/** By which hosts the settings know registries that ECR's events name by another: that host, and the canonical one. */
export function canonicalEcrHosts(settings: Settings): ReadonlyMap<string, string> {
  const spelled = settings.registries.flatMap(({ aliases, endpoint }) => [
    ...aliases,
    ...(endpoint === undefined ? [] : [normalHost(new URL(endpoint).host)]),
  ])
  const known = spelled.map(host => [host, canonicalHost(settings, host)] as const)
  return new Map(known.filter(([host, canonical]) => host !== canonical && isEcrEventHost(host)))
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

/** What the settings say of registries, by any spelling of their hosts, and of who may do what there. */
export interface Rulebook {
  /** The registries that the settings name, by their canonical hosts. */
  readonly registries: readonly string[]
  canonicalHost(host: string): string
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
  /** The clusters that are being taken away. */
  readonly drained: readonly string[]
  readonly limits: InstallationLimits
}

export const rulebookOf = (settings: Settings): Rulebook => ({
  registries: settings.registries.map(({ host }) => host),
  canonicalHost: host => canonicalHost(settings, host),
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
  pullsFrom: (registry, source) => registrySettingsOf(settings, registry)?.clusters?.includes(source) ?? true,
  drained: drainedOf(settings),
  limits: installationLimits(settings.limits),
})
