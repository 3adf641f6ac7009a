import type { Stack } from 'aws-cdk-lib'
import { isPublic, type Settings } from '../../shared/settings.ts'
import { deletablePatterns } from './ecr-registries.ts'
import type { Grant } from './grant.ts'

const ofRegistry = 'the repositories of a registry are not known before they are pushed'
const ofGrants = 'the grants of the settings name repositories by pattern'
const ofNone = 'AWS knows no resource for it'

const isNamed = (settings: Settings): boolean => settings.registries.some(isPublic)

/** What reads the account's public registry, where the settings name it: manifests are everybody's. */
export const readPublic = (settings: Settings, stack: Stack): Grant[] => [
  ...checkPublic(settings),
  {
    actions: ['ecr-public:DescribeImages'],
    resources: isNamed(settings) ? [arnOf('*', stack)] : [],
    wildcard: ofRegistry,
  },
]

/** To learn its aliases. */
export const checkPublic = (settings: Settings): Grant[] => [
  { actions: ['ecr-public:DescribeRegistries'], resources: isNamed(settings) ? ['*'] : [], wildcard: ofNone },
]

/** To delete, in the repositories in which a grant lets some namespace delete. */
export const deletePublic = (settings: Settings, stack: Stack): Grant[] => [
  { actions: ['ecr-public:BatchDeleteImage'], resources: deletableArns(settings, stack), wildcard: ofGrants },
]

const pushes = [
  'ecr-public:BatchCheckLayerAvailability',
  'ecr-public:CompleteLayerUpload',
  'ecr-public:InitiateLayerUpload',
  'ecr-public:PutImage',
  'ecr-public:UploadLayerPart',
]

/** To push there again what was deleted, with a token. */
export function restorePublic(settings: Settings, stack: Stack): Grant[] {
  const resources = deletableArns(settings, stack)
  const token = ['ecr-public:GetAuthorizationToken', 'sts:GetServiceBearerToken']
  return [
    { actions: pushes, resources, wildcard: ofGrants },
    { actions: token, resources: resources.length > 0 ? ['*'] : [], wildcard: ofNone },
  ]
}

function deletableArns(settings: Settings, stack: Stack): string[] {
  const patterns = settings.registries.filter(isPublic).flatMap(({ grants }) => deletablePatterns(grants))
  return [...new Set(patterns.map(pattern => arnOf(withoutAlias(pattern), stack)))]
}

/** A path begins with an alias, of which the names of repositories know nothing; a wildcard may stand for more than it. */
function withoutAlias(pattern: string): string {
  const [alias = '', ...name] = pattern.split('/')
  return alias.includes('*') || name.length === 0 ? '*' : name.join('/')
}

/** It is in no region. */
const arnOf = (pattern: string, stack: Stack): string =>
  `arn:${stack.partition}:ecr-public::${stack.account}:repository/${pattern}`
