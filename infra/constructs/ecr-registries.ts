import type { Stack } from 'aws-cdk-lib'
import { findEcrHost } from '../../shared/domain/ecr-host.ts'
import { type Grants, withPlaceholdersAs } from '../../shared/domain/grants/grant.ts'
import { isByRole, isPublic, type RegistrySettings, type Settings } from '../../shared/settings.ts'

export interface EcrRegistry {
  readonly account: string
  readonly region: string
}

/**
 * Account and region of the ECR registries that the settings name, each once. A host that does not say them (an
 * emulator, an endpoint of one's own) stands for the account and region of the stack.
 */
export function ecrRegistriesOf(settings: Settings, stack: Stack): EcrRegistry[] {
  const found = ecrSettingsOf(settings).map(registry => addressOf(registry, stack))
  return [...new Map(found.map(registry => [`${registry.account} ${registry.region}`, registry])).values()]
}

/** Of those the ones that the functions read with roles of their own. */
export const ownReadEcrOf = (settings: Settings, stack: Stack): EcrRegistry[] =>
  ecrRegistriesOf({ ...settings, registries: settings.registries.filter(one => one.roleArn === undefined) }, stack)

/** The ARNs of all repositories that the functions read with roles of their own. */
export const ecrArns = (settings: Settings, stack: Stack): string[] =>
  ownReadEcrOf(settings, stack).map(registry => arnOf(registry, '*', stack))

/** The roles of other accounts by which registries are read. */
export const ecrReaderRoles = (settings: Settings): string[] =>
  distinct(ecrSettingsOf(settings).map(({ roleArn }) => roleArn))

/** Those by which some grant lets some namespace delete. */
export const ecrDeleterRoles = (settings: Settings): string[] =>
  distinct(
    ecrSettingsOf(settings).map(({ deleteRoleArn, grants }) =>
      deletablePatterns(grants).length > 0 ? deleteRoleArn : undefined,
    ),
  )

const distinct = (roles: readonly (string | undefined)[]): string[] => [
  ...new Set(roles.filter(role => role !== undefined)),
]

/**
 * The ARNs of the repositories in which a grant lets some namespace delete with a function's own role, as narrow as they can be told before there
 * is a namespace: a placeholder stands for any name.
 */
export function deletableEcrArns(settings: Settings, stack: Stack): string[] {
  const byOwnRoles = ecrSettingsOf(settings).filter(one => one.roleArn === undefined && one.deleteRoleArn === undefined)
  const arns = byOwnRoles.flatMap(registry => {
    const address = addressOf(registry, stack)
    return deletablePatterns(registry.grants).map(pattern => arnOf(address, pattern, stack))
  })
  return [...new Set(arns)]
}

/** The policies of a role have room for 10,240 characters in all. */
const maxPatterns = 30

export function deletablePatterns(grants: Grants | undefined): string[] {
  if (grants === undefined || grants === 'everyone') return []
  const globs = grants.flatMap(({ may, repositories }) => (may.includes('delete') ? repositories : []))
  const patterns = [...new Set(globs.map(iamPattern))]
  return patterns.includes('*') || patterns.length > maxPatterns ? ['*'] : patterns
}

/** A wildcard of IAM crosses slashes, so that each of ours becomes one, and what IAM lets through is never too little. */
const iamPattern = (glob: string): string =>
  withPlaceholdersAs(glob, '*')
    .replaceAll('**', '*')
    .replace(/^\*(\/\*)+$/, '*')

const ecrSettingsOf = (settings: Settings): RegistrySettings[] =>
  settings.registries.filter(registry => isByRole(registry) && !isPublic(registry))

function addressOf({ host, region }: RegistrySettings, stack: Stack): EcrRegistry {
  const known = findEcrHost(host)
  return { account: known?.account ?? stack.account, region: known?.region ?? region ?? stack.region }
}

const arnOf = ({ account, region }: EcrRegistry, pattern: string, stack: Stack): string =>
  `arn:${stack.partition}:ecr:${region}:${account}:repository/${pattern}`
