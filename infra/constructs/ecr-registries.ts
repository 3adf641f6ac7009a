import type { Stack } from 'aws-cdk-lib'
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

/** The ARNs of all repositories of those registries. */
export const ecrArns = (settings: Settings, stack: Stack): string[] =>
  ecrRegistriesOf(settings, stack).map(registry => arnOf(registry, '*', stack))

/**
 * The ARNs of the repositories in which a grant lets some namespace delete, as narrow as they can be told before there
 * is a namespace: a placeholder stands for any name.
 */
export function deletableEcrArns(settings: Settings, stack: Stack): string[] {
  const arns = ecrSettingsOf(settings).flatMap(registry => {
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
  const parts = /^([0-9]{12})\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\./.exec(host)
  return { account: parts?.[1] ?? stack.account, region: parts?.[2] ?? region ?? stack.region }
}

const arnOf = ({ account, region }: EcrRegistry, pattern: string, stack: Stack): string =>
  `arn:${stack.partition}:ecr:${region}:${account}:repository/${pattern}`
