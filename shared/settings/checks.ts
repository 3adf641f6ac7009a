import type { z } from 'zod'
import { withFirstAlias } from '../domain/account-alias.ts'
import { ecrSpelling } from '../domain/ecr-host.ts'
import type { Grants } from '../domain/grants/grant.ts'
import { factsOf, providerOf, type RegistryProvider } from '../domain/providers/providers.ts'
import { entryOf } from '../domain/source-name.ts'
import { hasNoSecret, type WebhookProviderName } from '../domain/webhook-provider.ts'
import { InvalidInputError } from '../errors.ts'

interface Organization {
  readonly regions: readonly string[]
  readonly accounts?: readonly string[] | undefined
  readonly exclude: readonly string[]
}

/** What of the settings names each other. */
interface Settings {
  readonly clusters: readonly { readonly name: string; readonly drained: boolean }[]
  readonly awsWorkloads: readonly { readonly name: string; readonly organization?: Organization | undefined }[]
  readonly registries: readonly {
    readonly host: string
    readonly aliases: readonly string[]
    readonly clusters?: readonly string[] | undefined
  }[]
}

interface RoleSettings {
  readonly host: string
  readonly provider: RegistryProvider
  readonly roleArn?: string | undefined
  readonly deleteRoleArn?: string | undefined
}

/** Adds what no role is of use for. */
export function checkRegistryRoles(registry: RoleSettings, context: Pick<z.RefinementCtx, 'addIssue'>): void {
  const provider = providerOf(registry.host, registry.provider)
  if (factsOf(provider).credential === 'role') return
  for (const field of ['roleArn', 'deleteRoleArn'] as const)
    if (registry[field] !== undefined)
      context.addIssue({
        code: 'custom',
        path: [field],
        message: `expected none for ${provider}, which knows no roles`,
      })
}

interface AliasedSettings extends RoleSettings {
  readonly accountAliases?: readonly string[] | undefined
  readonly grants?: Grants | undefined
}

/** Adds aliases of accounts where no path begins with one, and grants by another than the first, which would grant nothing. */
export function checkAccountAliases(registry: AliasedSettings, context: Pick<z.RefinementCtx, 'addIssue'>): void {
  const { host, provider, accountAliases = [], grants } = registry
  const kind = providerOf(host, provider)
  if (accountAliases.length > 0 && factsOf(kind).isPublic !== true)
    context.addIssue({
      code: 'custom',
      path: ['accountAliases'],
      message: `expected none for ${kind}, whose paths begin with no alias`,
    })
  const lines = Array.isArray(grants) ? grants : []
  for (const [at, { repositories }] of lines.entries())
    for (const glob of repositories.filter(one => withFirstAlias(one, accountAliases) !== one))
      context.addIssue({
        code: 'custom',
        path: ['grants', at, 'repositories'],
        message: `expected ${withFirstAlias(glob, accountAliases)}, by the first of accountAliases, got ${glob}`,
      })
}

interface WebhookSettings {
  readonly provider: WebhookProviderName
  readonly registry: string
  readonly secret?: string | undefined
  readonly serviceAccount?: string | undefined
  readonly audience?: string | undefined
  readonly paths?: object | undefined
}

/** Adds what a webhook lacks, or has for another kind of sender. */
export function checkWebhook(webhook: WebhookSettings, context: Pick<z.RefinementCtx, 'addIssue'>): void {
  const { provider } = webhook
  const expect = (field: keyof WebhookSettings, isNeeded: boolean, message: string) => {
    if ((webhook[field] !== undefined) !== isNeeded) context.addIssue({ code: 'custom', path: [field], message })
  }
  const noSecret = hasNoSecret(provider)
  expect(
    'secret',
    !noSecret,
    noSecret
      ? `expected no secret: ${provider} signs with keys of its own`
      : 'expected the name or ARN of a Secrets Manager secret',
  )
  const ofToken = noSecret ? `expected one, for the tokens of ${provider}` : `expected none for ${provider}`
  expect('serviceAccount', noSecret, ofToken)
  expect('audience', noSecret, ofToken)
  if (webhook.paths !== undefined)
    expect('paths', ['nexus', 'jfrog'].includes(provider), `expected none for ${provider}`)
}

/** @throws InvalidInputError that names what is said twice */
export function refuseDuplicates(settings: Settings): void {
  for (const [field, names] of duplicateSources(settings)) {
    const twice = names.find((name, at) => names.indexOf(name) !== at)
    if (twice !== undefined)
      throw new InvalidInputError(`settings: ${field}: expected each name once, got ${twice} twice`)
  }
}

const sourceNamesOf = (settings: Settings): string[] =>
  [...settings.clusters, ...settings.awsWorkloads].map(source => source.name)

/**
 * A list that names no source that exists would keep everything for ever, and one that is misspelled would not ask a
 * cluster that pulls.
 */
export function refuseUnknownClusters(settings: Settings): void {
  const names = sourceNamesOf(settings)
  const organizations = new Map(
    settings.awsWorkloads.flatMap(one => (one.organization ? [[one.name, one.organization] as const] : [])),
  )
  const drained = new Set(settings.clusters.flatMap(({ name, drained }) => (drained ? [name] : [])))
  for (const [at, { host, clusters = [] }] of settings.registries.entries()) {
    const field = `settings: registries[${at}].clusters`
    const unknown = clusters.find(name => !names.includes(name) && !organizations.has(entryOf(name)))
    if (unknown !== undefined)
      throw new InvalidInputError(
        `${field}: expected names of clusters[] and awsWorkloads[] (${names.join(', ') || 'there are none'}), got ${unknown} for ${host}`,
      )
    for (const scope of clusters) {
      const organization = organizations.get(entryOf(scope))
      const problem = organization && findScopeProblem(scope, organization)
      if (problem !== undefined) throw new InvalidInputError(`${field}: ${problem} for ${host}`)
    }
    if (clusters.length > 0 && clusters.every(name => drained.has(name)))
      throw new InvalidInputError(
        `${field}: expected one at least that is not drained, got ${clusters.join(', ')} for ${host}`,
      )
  }
}

/** Why no source of the organization can ever be meant by the scope; undefined where one may be. */
function findScopeProblem(scope: string, { regions, accounts, exclude }: Organization): string | undefined {
  const [, account = '*', region = '*'] = scope.split('/')
  if (region !== '*' && !regions.includes(region))
    return `expected one of organization.regions (${regions.join(', ')}), got ${scope}`
  if (account === '*') return undefined
  if (exclude.includes(account)) return `expected none of organization.exclude, got ${scope}`
  return accounts?.includes(account) === false
    ? `expected one of organization.accounts (${accounts.join(', ')}), got ${scope}`
    : undefined
}

/** The secret alone says which registry an event is of. Several secrets of one registry are how one is rotated. */
export function refuseSharedSecrets(webhooks: readonly WebhookSettings[]): void {
  for (const { secret, registry } of webhooks) {
    if (secret === undefined) continue
    const other = webhooks.find(one => one.secret === secret && one.registry !== registry)
    if (other)
      throw new InvalidInputError(
        `settings: webhooks[].secret: expected a secret of its own for each registry, got ${secret} for ${registry} and ${other.registry}`,
      )
  }
}

const duplicateSources = (settings: Settings): [string, string[]][] => [
  ['clusters[].name', settings.clusters.map(cluster => cluster.name)],
  ['clusters[].name and awsWorkloads[].name', sourceNamesOf(settings)],
  // One registry may well name its own other spellings, which normalising made one.
  [
    'registries[].host',
    settings.registries.flatMap(({ host, aliases }) => [...new Set([host, ...aliases].map(ecrSpelling))]),
  ],
]
